# Turns our plain comments into doxygen's.

# The other pages are not here: a link to one becomes its name.
FILENAME ~ /\.md$/ { gsub(/\]\([a-z-]+\.md/, "] (docs/&"); gsub(/docs\/\]\(/, "docs/"); print; next }

# The first comment of a file is about the file.
NR == 1 { print "/// \\file" }

/^ *\/\/ ---/ { print; next }
/^ *\/\// { sub(/\/\//, "///"); print; next }

# Behind a member, that is about it; behind a brace it would be about nothing.
/[;,)]  \/\/ / { sub(/  \/\/ /, "  ///< ") }
{ print }
