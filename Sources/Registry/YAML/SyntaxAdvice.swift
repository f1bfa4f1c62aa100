/// Says in words for people what libyaml says in words for its authors.
struct SyntaxAdvice {
    /// As libyaml gives them, for instance "did not find expected key" and "while parsing a block mapping".
    var problem: String
    var context: String?

    /// What libyaml was in when it gave up, if that helps, began at `contextPlace`.
    func fault(at place: UInt32, in contextPlace: UInt32) -> ReadingFault {
        let setting = context.flatMap { Self.settings[$0] }.map { ReadingFault.Setting(words: $0, place: contextPlace) }
        // This one libyaml notices only lines later.
        let place = problem == "could not find expected ':'" ? contextPlace : place
        return ReadingFault(place: place, message: Self.advice[problem] ?? "not YAML: \(problem)", setting: setting)
    }

    private static let advice = [
        "mapping values are not allowed in this context":
            "a ': ' that cannot stand here; expected one 'key: value' a line, or quotes around a value that holds ': '",
        "mapping keys are not allowed in this context": "a '?' that cannot stand here; expected 'key: value'",
        "block sequence entries are not allowed in this context":
            "a '- ' that cannot stand here; expected list items on lines of their own",
        "did not find expected key":
            "no key here; expected 'key: value' in the same column as the keys before it",
        "did not find expected '-' indicator":
            "no '- ' here; expected a list item in the same column as those before it",
        "could not find expected ':'": "a key without ':'; expected 'key: value'",
        "did not find expected ',' or ']'": "a list in brackets goes wrong here; expected ',' or ']'",
        "did not find expected ',' or '}'": "a map in braces goes wrong here; expected ',' or '}'",
        "did not find expected node content": "no value here; expected a scalar, a list or a map",
        "did not find expected <document start>":
            "text after the end of the document; expected one map with 'namespace' and 'entries'",
        "found character that cannot start any token":
            "a character that cannot begin a value; expected spaces instead of tabs, and quotes around @ or `",
        "found a tab character that violates indentation": "a tab; expected spaces to indent with",
        "found a tab character where an indentation space is expected": "a tab; expected spaces to indent with",
        "found an indentation indicator equal to 0": "an indentation of 0 after | or >; expected 1 to 9",
        "found unexpected end of stream": "the file ends inside quotes; expected the closing quote",
        "found unexpected document indicator": "a '---' or '...' inside quotes; expected the closing quote before it",
        "found unknown escape character":
            "an unknown escape after '\\'; expected one such as \\n, \\t, \\\", \\\\ or \\u00e9, or single quotes",
        "did not find expected hexdecimal number":
            "an escape without its digits; expected one such as \\x41, \\u00e9 or \\U0001f600",
        "found invalid Unicode character escape code": "an escape that is no character; expected U+0 to U+10FFFF",
        "did not find expected alphabetic or numeric character":
            "a name that cannot stand after & or *; expected letters, digits, '-' and '_', or quotes around the value",
        "found undefined tag handle": "a tag with an unknown handle; expected none, or one such as !!str",
        "did not find expected comment or line break": "text where the line should end; expected a line break",
        "found unknown directive name": "an unknown directive; expected none, or %YAML 1.2",
        "found incompatible YAML document": "an unknown YAML version; expected none, or %YAML 1.2",
        "found duplicate %YAML directive": "a second %YAML; expected one",
    ]

    private static let settings = [
        "while parsing a block mapping": "a map",
        "while parsing a flow mapping": "a map in braces",
        "while parsing a block collection": "a list",
        "while parsing a flow sequence": "a list in brackets",
        "while scanning a quoted scalar": "a quoted string",
        "while scanning a block scalar": "a block of text after | or >",
        "while scanning an anchor": "an anchor",
        "while scanning an alias": "an alias",
        "while scanning a tag": "a tag",
        "while scanning a directive": "a directive",
    ]
}
