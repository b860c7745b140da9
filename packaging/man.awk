# Puts help2man's output for our --help into the order of a man page.

# A part goes up to the next heading.
/^\.SH DESCRIPTION/ { next }
/^\.SS "Example:"/ { part = "example"; next }
/^\.SS "Usage:"/ { part = "usage"; next }
part == "example" && !/^\./ { example = example $0 "\n" }
part == "usage" && /^\.PP/ {
  printf ".SH SYNOPSIS\n%s.SH DESCRIPTION\n", usage
  part = "about"
  next
}
part == "usage" && !/^\./ { usage = usage (usage ? ".br\n" : "") $0 "\n" }
part == "example" || part == "usage" { next }

part == "about" && /^\.TP/ { print ".SH OPTIONS"; part = "options" }
/^\.SS "Exit status:"/ { print ".SH \"EXIT STATUS\""; next }
{ print }

END {
  printf ".SH EXAMPLE\n%s", example
}
