# Turns our plain comments into doxygen's.

# The first comment of a file is about the file.
NR == 1 { print "/// \\file" }

/^ *\/\/ ---/ { print; next }
/^ *\/\// { sub(/\/\//, "///"); print; next }

# Behind a member, that is about it; behind a brace it would be about nothing.
/[;,)]  \/\/ / { sub(/  \/\/ /, "  ///< ") }
{ print }
