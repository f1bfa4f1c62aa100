# Markdown to man(7): as much of it as the pages in docs/ use. A line of a kind that is not known here is text.
#
#   # NAME(SECTION): what it is     title, and the section NAME
#   ## and ###                      sections
#   ``` … ```                       examples, as they are
#   - and 1.                        lists of one level; further lines of an item are indented
#   | … | … |                       a table: a list with the first cell as the tag and the last as its text. The cells
#                                   between them stand below the text, each with the header of its column
#   `code`, **bold**, [text](link)  of a link the text

BEGIN { list = ""; fold = 100 }

/^```/ {
    end_block()
    if (example) print ".EE\n.RE"; else print (is_first ? "" : ".PP\n") ".RS 4\n.EX"
    example = !example
    is_first = 0
    next
}
example { print guarded(escaped($0, 1)); next }

NR == 1 {
    title = substr($0, 3)
    open = index(title, "(")
    name = substr(title, 1, open - 1)
    printf ".\\\" Made of %s by Scripts/make-man.\n", FILENAME
    printf ".TH %s %s %s \"cronsupd %s\"\n", toupper(name), substr(title, open + 1, 1), date, version
    printf ".SH NAME\n%s \\- %s\n", escaped(name, 1), inline(substr(title, open + 5))
    next
}
/^## / { end_block(); printf ".SH \"%s\"\n", toupper(heading(substr($0, 4))); is_first = 1; next }
/^### / { end_block(); printf ".SS \"%s\"\n", heading(substr($0, 5)); is_first = 1; next }
/^[|]/ { if (!rows) end_block(); take_row($0); next }
rows { end_block() }
/^$/ { end_paragraph(); next }
/^- / { end_paragraph(); item("\\(bu", 2); text = substr($0, 3); next }
/^[0-9]+[.] / { end_paragraph(); item($1, 4); text = substr($0, length($1) + 2); next }
/^ / && list != "" { sub(/^ +/, ""); text = text == "" ? $0 : text " " $0; next }
list != "" && text == "" { end_block() }
{ text = text == "" ? $0 : text " " $0 }

END { end_block() }

# MARK: Blocks

function item(mark, width) {
    list = mark
    printf ".IP %s %d\n", mark, width
    is_first = 1
}

# An item may have several paragraphs, so a list ends with what follows it.
function end_paragraph() {
    if (text == "") return
    if (!is_first) print list == "" ? ".PP" : ".IP"
    is_first = 0
    flow(inline(text))
    text = ""
}

function end_block() {
    end_paragraph()
    if (rows) print_table()
    list = ""
}

# Words by lines: a long line is hard to read for those who look into the page.
function flow(words,    parts, count, number, line) {
    count = split(words, parts, " ")
    line = ""
    for (number = 1; number <= count; number++) {
        if (line != "" && length(line) + length(parts[number]) >= 79) {
            print guarded(line)
            line = ""
        }
        line = line == "" ? parts[number] : line " " parts[number]
    }
    if (line != "") print guarded(line)
}

# MARK: Tables

function take_row(line,    count, cells, number) {
    gsub(/\\[|]/, "\001", line)
    sub(/^[|] */, "", line)
    sub(/ *[|] *$/, "", line)
    rows++
    columns = split(line, cells, / *[|] */)
    for (number = 1; number <= columns; number++) {
        gsub("\001", "|", cells[number])
        cell[rows, number] = cells[number]
    }
}

# The second row is the line below the header.
function print_table(    row, column, width, between, tag, bare) {
    width = 0
    for (row = 3; row <= rows; row++) {
        bare = cell[row, 1]
        gsub(/`/, "", bare)
        if (length(bare) > width) width = length(bare)
    }
    width = columns > 2 ? 4 : (width > 20 ? 8 : width + 2)
    if (columns == 2) print (is_first ? "" : ".PP\n") ".PD 0"
    for (row = 3; row <= rows; row++) {
        tag = cell[row, 1]
        printf ".TP %d\n%s\n", width, guarded(inline(tag == "" ? cell[row, 2] : tag))
        flow(inline(cell[row, columns] == "" ? "\\&" : cell[row, columns]))
        between = ""
        for (column = 2; column < columns; column++) {
            if (cell[row, column] == "" || (tag == "" && column == 2)) continue
            between = between (between == "" ? "" : "; ") cell[1, column] ": " cell[row, column]
        }
        if (between != "") {
            print ".br"
            flow(inline(toupper(substr(between, 1, 1)) substr(between, 2)))
        }
    }
    if (columns == 2) print ".PD"
    rows = 0
    is_first = 0
}

# MARK: Text

# A dot or a quote at the beginning of a line would make a request of it.
function guarded(line) { return line ~ /^[.']/ ? "\\&" line : line }

function heading(text) {
    gsub(/`/, "", text)
    return escaped(text, 0)
}

function escaped(text, is_code) {
    gsub(/\\/, "\\e", text)
    gsub(/\^/, "\\(ha", text)
    gsub(/~/, "\\(ti", text)
    if (is_code) {
        gsub(/-/, "\\-", text)
        gsub(/'/, "\\(aq", text)
        gsub(/`/, "\\(ga", text)
    }
    return text
}

# Names of other pages are bold.
function prose(text,    made, page) {
    made = ""
    while (match(text, /[A-Za-z_.-]+\([1-8]\)/)) {
        page = substr(text, RSTART, RLENGTH - 3)
        made = made escaped(substr(text, 1, RSTART - 1), 0) "\\fB" escaped(page, 1) "\\fR" \
            substr(text, RSTART + length(page), 3)
        text = substr(text, RSTART + RLENGTH)
    }
    return made escaped(text, 0)
}

function inline(text,    made, before, close_at, mark) {
    made = ""
    while (match(text, /``|`|[*][*]|\[[^]]*\]\([^)]*\)/)) {
        mark = substr(text, RSTART, RLENGTH)
        before = substr(text, 1, RSTART - 1)
        text = substr(text, RSTART + RLENGTH)
        made = made prose(before)
        if (substr(mark, 1, 1) == "[") {
            made = made inline(substr(mark, 2, index(mark, "](") - 2))
            continue
        }
        close_at = index(text, mark)
        if (!close_at) return made prose(mark text)
        if (mark == "**") made = made "\\fB" prose(substr(text, 1, close_at - 1)) "\\fR"
        else made = made "\\fB" code(substr(text, 1, close_at - 1), mark) "\\fR"
        text = substr(text, close_at + length(mark))
    }
    return made prose(text)
}

# Two backquotes hold one between blanks. A blank in code does not break the line.
function code(text, mark) {
    if (mark == "``") gsub(/^ | $/, "", text)
    text = escaped(text, 1)
    gsub(/ /, "\\~", text)
    return text
}
