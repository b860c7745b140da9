# Makes doxygen's comments of ours, which are plain ones.

# What a file says first, it says about itself.
NR == 1 { print "/// \\file" }

/^ *\/\/ ---/ { print; next }
/^ *\/\// { sub(/\/\//, "///"); print; next }

# Behind a member, that is about it; behind a brace it would be about nothing.
/[;,)]  \/\/ / { sub(/  \/\/ /, "  ///< ") }
{ print }
