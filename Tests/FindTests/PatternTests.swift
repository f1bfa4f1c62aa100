import Find
import Testing

@Suite("A regular expression")
struct PatternTests {
    @Test(
        "matches where its parts do",
        arguments: [
            ("", "", true), ("", "x", true), ("b", "abc", true), ("d", "abc", false), ("a.c", "abc", true),
            ("a.c", "ac", false), ("a.c", "a\nc", false), ("a.c", "a\rc", true), ("^b", "ab", false),
            ("^a", "ab", true),
            ("b$", "ab", true), ("a$", "ab", false), ("^$", "", true), ("^$", "\n", false), ("a$", "a\n", false),
            ("x|b", "abc", true), ("^(a|b|)c$", "c", true), ("^(?:ab)+$", "abab", true), ("^(?:ab)+$", "aba", false),
            ("a|", "x", true), ("|^x", "a", true), ("^a|b$", "xb", true), ("^a|b$", "xbx", false), ("a]}", "a]}", true),
        ])
    func parts(pattern: String, text: String, matches: Bool) throws {
        #expect(try Pattern(pattern).hasMatch(in: text) == matches)
    }

    @Test(
        "repeats as its quantifiers say",
        arguments: [
            ("^a*$", "", true), ("^a*$", "aaa", true), ("^a+$", "", false), ("^a+$", "aa", true), ("^a?$", "aa", false),
            ("^a{2}$", "aa", true), ("^a{2}$", "a", false), ("^a{2}$", "aaa", false), ("^a{2,}$", "aaaa", true),
            ("^a{2,}$", "a", false), ("^a{1,3}$", "aaa", true), ("^a{1,3}$", "aaaa", false), ("^a{0}$", "", true),
            ("^a{0}$", "a", false), ("^a{0,}b$", "aab", true), ("^a*?b+?c??d{1,2}?$", "aabdd", true),
            ("^(a*)*$", "aa", true), ("^(a*)*$", "ab", false), ("^(a|b*){2,3}c$", "abbc", true),
            ("^(){3}a$", "a", true),
            ("^(a?){3}$", "aaa", true), ("^(a?){3}$", "aaaa", false), ("^(|a)+$", "aa", true),
        ])
    func repetition(pattern: String, text: String, matches: Bool) throws {
        #expect(try Pattern(pattern).hasMatch(in: text) == matches)
    }

    @Test(
        "has sets of characters",
        arguments: [
            ("^[abc]$", "b", true), ("^[abc]$", "d", false), ("^[^abc]$", "d", true), ("^[^abc]$", "a", false),
            ("^[^a]$", "\n", true), ("^[a-c]$", "b", true), ("^[a-c]$", "-", false), ("^[a-]$", "-", true),
            ("^[-a]$", "-", true), ("^[a^]$", "^", true), ("^[.]$", "x", false), ("^[\\]\\[]$", "[", true),
            ("^[\\d_]+$", "1_2", true), ("^[\\D]$", "1", false), ("^[\\D]$", "x", true), ("^[^\\D]$", "1", true),
            ("^[^\\W]$", "-", false), ("^[\\x41-\\x43]$", "B", true), ("^[\\-\\\\]$", "\\", true),
            ("^[$(|*]$", "(", true),
            ("^[à-ü]$", "é", true), ("^[\\S\\n]$", "\n", true), ("^[\\S\\n]$", " ", false),
        ])
    func sets(pattern: String, text: String, matches: Bool) throws {
        #expect(try Pattern(pattern).hasMatch(in: text) == matches)
    }

    @Test(
        "has escapes",
        arguments: [
            ("^\\d$", "5", true), ("^\\d$", "٣", false), ("^\\D$", "5", false), ("^\\w+$", "az_AZ09", true),
            ("^\\w$", "-", false), ("^\\w$", "é", false), ("^\\W$", "é", true), ("^\\s+$", " \t\n\r\u{B}\u{C}", true),
            ("^\\s$", "\u{A0}", false), ("^\\S$", "a", true), ("^a\\.b$", "axb", false),
            ("^\\t\\n\\r$", "\t\n\r", true),
            ("^\\x41\\u00e9\\u65E5$", "Aé日", true), ("^\\^\\$\\\\\\/\\-\\ $", "^$\\/- ", true), ("\\{", "{", true),
            ("\\bjob\\b", "a job.", true), ("\\bjob\\b", "jobs", false), ("^\\b$", "", false), ("x\\b", "x", true),
        ])
    func escapes(pattern: String, text: String, matches: Bool) throws {
        #expect(try Pattern(pattern).hasMatch(in: text) == matches)
    }

    @Test(
        "ignores case where it begins with (?i)",
        arguments: [
            ("(?i)abC", "xABcx", true), ("abC", "abc", false), ("(?i)[a-c]$", "B", true), ("(?i)[A-C]$", "b", true),
            ("(?i)^[^a]$", "A", false), ("(?i)é", "É", true), ("(?i)[é]", "É", true), ("(?i)ß", "SS", false),
            ("(?i)^\\x41$", "a", true), ("(?i)a|B", "b", true), ("(?i)", "", true),
        ])
    func ignoringCase(pattern: String, text: String, matches: Bool) throws {
        #expect(try Pattern(pattern).hasMatch(in: text) == matches)
    }

    @Test("goes by Unicode scalars")
    func scalars() throws {
        #expect(try Pattern("^.$").hasMatch(in: "e\u{301}") == false)
        #expect(try Pattern("^..$").hasMatch(in: "e\u{301}"))
        #expect(try Pattern("e").hasMatch(in: "e\u{301}"))
        #expect(try Pattern("\n").hasMatch(in: "\r\n"))
        #expect(try Pattern("^[😀日]$").hasMatch(in: "😀"))
    }

    @Test(
        "that is none is refused with the character that is wrong",
        arguments: [
            ("(", "character 1: this group has no ')'"), ("a)", "character 2: no group is open for ')'"),
            ("(a|(b)", "character 1: this group has no ')'"),
            ("x(?=a)", "character 2: expected (, (?: or, at the beginning, (?i)"),
            ("(?<n>a)", "character 1: expected (, (?: or, at the beginning, (?i)"),
            ("a(?i)", "character 2: expected (, (?: or, at the beginning, (?i)"),
            ("*", "character 1: nothing to repeat before '*'"), ("a**", "character 3: nothing to repeat before '*'"),
            ("a*+", "character 3: nothing to repeat before '+'"), ("(|+)", "character 3: nothing to repeat before '+'"),
            ("{1}", "character 1: nothing to repeat before '{'"), ("^*", "character 2: an anchor cannot be repeated"),
            ("\\b+", "character 3: an anchor cannot be repeated"),
            ("a{", "character 3: expected a number as in {2,5}, or \\{, found the end"),
            ("a{x", "character 3: expected a number as in {2,5}, or \\{, found 'x'"),
            ("a{,2}", "character 3: expected a number as in {2,5}, or \\{, found ','"),
            ("a{2", "character 4: expected ',' or '}', found the end"),
            ("a{2,1}", "character 2: {2,1} has its numbers swapped"),
            ("a{1001}", "character 3: expected at most 1000 repetitions"),
            ("a{99999999999999999999}", "character 3: expected at most 1000 repetitions"),
            ("[a", "character 1: this set has no ']'"), ("x[", "character 2: this set has no ']'"),
            ("[]", "character 2: expected a character in the set, or \\[ or \\], found ']'"),
            ("[[:alpha:]]", "character 2: expected a character in the set, or \\[ or \\], found '['"),
            ("[b-a]", "character 2: this range has its ends swapped"), ("[a-\\d]", "character 4: unknown escape \\d"),
            ("\\", "character 2: expected a character after '\\', found the end"),
            ("\\q", "character 1: unknown escape \\q"),
            ("\\1", "character 1: unknown escape \\1"), ("[\\b]", "character 2: unknown escape \\b"),
            ("\\x4", "character 4: expected 2 hexadecimal digits, found the end"),
            ("é\\u12g4", "character 6: expected 4 hexadecimal digits, found 'g'"),
            ("\\ud800", "character 1: half of a surrogate pair"),
            ("(a{40}){50}", "expected at most 2000 steps with all repetitions written out"),
            ("((((){1000}){1000}){1000}){1000}", "expected at most 2000 steps with all repetitions written out"),
            ("((((a{0}){1000}){1000}){1000}){1000}", "expected at most 2000 steps with all repetitions written out"),
        ])
    func wrong(pattern: String, message: String) throws {
        let failure = try #require(throws: Pattern.Failure.self) { try Pattern(pattern) }
        #expect(failure.description == message)
    }

    @Test("has a limit, up to which it may be anything")
    func limit() throws {
        #expect(throws: Pattern.Failure.self) { try Pattern(String(repeating: "é", count: 129)) }
        #expect(try Pattern(String(repeating: "é", count: 128)).hasMatch(in: "é") == false)
        let nested = String(repeating: "(", count: 127) + "ab" + String(repeating: ")", count: 127)
        #expect(try Pattern(nested).hasMatch(in: "xab"))
        #expect(try Pattern("^(a{40}){40}$").hasMatch(in: String(repeating: "a", count: 1_600)))
    }

    @Test("takes no longer for a hard text than for an easy one")
    func hardTexts() throws {
        let text = String(repeating: "a", count: 20_000)
        for pattern in ["^(a+)+$", "^(a|aa)*$", "^(a*)*b$", "(a?){30}a{30}b", "(.*)(.*)(.*)(.*)x"] {
            #expect(try Pattern(pattern).hasMatch(in: text + "!") == false)
        }
    }
}
