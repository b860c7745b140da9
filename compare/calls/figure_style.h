// The style sheet of a figure of calls, with the colours of the other figures.
// It is separate from theirs, so that a figure changes only if the calls do.
#pragma once

namespace poetry_compare {

// The number in a class is that of a colour: 1 is your code, 3 is the library,
// and 0 is the system.
inline constexpr auto figure_style = R"(text{font:12px system-ui,-apple-system,
"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#555}
.title{font-size:16px;font-weight:600;fill:#1a1a1a}
.lane{font-size:15px;font-weight:600}
.call{font:13px ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace;
fill:#1a1a1a}
.note{font-size:13px;font-style:italic}
.ground{fill:#fff}
.f0{fill:#555}.f1{fill:#0072B2}.f3{fill:#D55E00}
.s0{stroke:#555}.s1{stroke:#0072B2}.s3{stroke:#D55E00}
.h0{fill:url(#hatch)}
.tint{fill-opacity:.07}
.still{fill-opacity:.2}
.arrow{stroke:#1a1a1a;fill:none;stroke-width:1.4}
.back{stroke-dasharray:4 3}
.head{fill:#1a1a1a}
@media(prefers-color-scheme:dark){
text{fill:#a9b0b7}
.title,.call,.head{fill:#eceff1}
.ground{fill:#14171a}
.f0{fill:#a9b0b7}.f1{fill:#3A9BDC}.f3{fill:#F0772B}
.s0{stroke:#a9b0b7}.s1{stroke:#3A9BDC}.s3{stroke:#F0772B}
.arrow{stroke:#eceff1}
})";

// A wait, as a definition for the document.
inline constexpr auto wait_hatch =
    "<defs><pattern id=\"hatch\" width=\"8\" height=\"8\" "
    "patternUnits=\"userSpaceOnUse\">"
    "<rect width=\"8\" height=\"8\" class=\"still f0\"/>"
    "<path d=\"M-2 2l4-4M0 8l8-8M6 10l4-4\" class=\"s0\" "
    "stroke-width=\"1.7\"/></pattern></defs>";

}  // namespace poetry_compare
