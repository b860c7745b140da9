# Makes a completion from --help's output: awk -v shell=bash -v program=NAME
#
# A value is a file if --help calls it FILE, and a directory if --help calls it
# DIR. The values to choose from follow a colon: "Colour: auto, always, never."

function trimmed(text) {
  gsub(/ +/, " ", text)
  sub(/^ /, "", text)
  sub(/ $/, "", text)
  return text
}

# --- Reading ------------------------------------------------------------------

/^Usage:/ { in_usage = 1; next }
in_usage && /^ / { usage = usage " " $0; next }
in_usage { in_usage = 0 }

/^(  -.,|     ) --[a-z]/ {
  ++count
  letters[count] = substr($0, 3, 2) ~ /^-/ ? substr($0, 4, 1) : ""
  rest = substr($0, 9)
  match(rest, /^[a-z-]+/)
  names[count] = substr(rest, 1, RLENGTH)
  rest = substr(rest, RLENGTH + 1)
  if (match(rest, /^ [^ ]+/)) {
    values[count] = substr(rest, 2, RLENGTH - 1)
    rest = substr(rest, RLENGTH + 1)
  }
  texts[count] = rest
  in_option = 1
  next
}
/^$/ { in_option = 0 }
in_option { texts[count] = texts[count] " " $0 }

# The values to choose from, or nothing.
function choices(i,   list) {
  if (!values[i] || !match(texts[i], /: [a-z]+(, [a-z]+)+[.;]/)) return ""
  list = substr(texts[i], RSTART + 2, RLENGTH - 3)
  gsub(/,/, "", list)
  return list
}

# One of these, depending on what the words are that are not options.
function by_words(file, command, address) {
  if (usage ~ /COMMAND/) return command
  return usage ~ /port/ ? address : file
}

# --- bash ---------------------------------------------------------------------

function bash_value(i) {
  if (choices(i)) return "-W '" choices(i) "'"
  if (values[i] == "FILE") return "-f"
  if (values[i] == "DIR") return "-d"
  return "-W ''"
}

function bash(   i, all, name) {
  name = program
  gsub(/-/, "_", name)
  printf "_%s() {\n", name
  print "  local before=${COMP_WORDS[COMP_CWORD - 1]} what"
  print "  case $before in"
  for (i = 1; i <= count; ++i) {
    all = all (i > 1 ? " " : "") "--" names[i]
    if (!values[i]) continue
    printf "    %s--%s) what=(%s) ;;\n",
      letters[i] ? "-" letters[i] " | " : "", names[i], bash_value(i)
  }
  print "    *) case $2 in"
  printf "      -*) what=(-W '%s') ;;\n", all
  printf "      *) what=(%s) ;;\n", by_words("-f", "-c", "-A hostname")
  print "    esac ;;"
  print "  esac"
  print "  mapfile -t COMPREPLY < <(compgen \"${what[@]}\" -- \"$2\")"
  print "}"
  printf "complete -o filenames -F _%s %s\n", name, program
}

# --- zsh ----------------------------------------------------------------------

# An option's text, as it may stand in '[]'.
function zsh_text(i,   text) {
  text = texts[i]
  gsub(/[][\\:]/, "\\\\&", text)
  gsub(/'/, "'\\''", text)
  return text
}

function zsh_value(i) {
  if (!values[i]) return ""
  if (choices(i)) return ":" values[i] ":(" choices(i) ")"
  if (values[i] == "FILE") return ":FILE:_files"
  if (values[i] == "DIR") return ":DIR:_files -/"
  return ":" values[i] ": "
}

function zsh(   i, equals) {
  print "#compdef " program
  print "_arguments -s \\"
  for (i = 1; i <= count; ++i) {
    equals = values[i] ? "=" : ""
    if (letters[i]) {
      printf "  '(-%s --%s)-%s[%s]%s' \\\n", letters[i], names[i],
        letters[i] (equals ? "+" : ""), zsh_text(i), zsh_value(i)
      printf "  '(-%s --%s)--%s[%s]%s' \\\n", letters[i], names[i],
        names[i] equals, zsh_text(i), zsh_value(i)
    } else {
      printf "  '--%s[%s]%s' \\\n", names[i] equals, zsh_text(i), zsh_value(i)
    }
  }
  printf "  '*:%s'\n",
    by_words("poem:_files", "command:_command_names -e", "address:_hosts")
}

# --- fish ---------------------------------------------------------------------

function fish_value(i) {
  if (!values[i]) return ""
  if (choices(i)) return " -x -a '" choices(i) "'"
  if (values[i] == "FILE") return " -r -F"
  if (values[i] == "DIR") return " -x -a '(__fish_complete_directories)'"
  return " -x"
}

function fish(   i, text) {
  text = by_words("", "(__fish_complete_command)", "(__fish_print_hostnames)")
  if (text) printf "complete -c %s -f -a '%s'\n", program, text
  for (i = 1; i <= count; ++i) {
    text = texts[i]
    gsub(/[\\']/, "\\\\&", text)
    printf "complete -c %s%s -l %s%s -d '%s'\n", program,
      letters[i] ? " -s " letters[i] : "", names[i], fish_value(i), text
  }
}

END {
  if (count == 0) exit 1
  for (i = 1; i <= count; ++i) texts[i] = trimmed(texts[i])
  if (shell == "bash") bash()
  if (shell == "zsh") zsh()
  if (shell == "fish") fish()
}
