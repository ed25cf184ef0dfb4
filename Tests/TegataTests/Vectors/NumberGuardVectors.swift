import TegataSDJWT
import TestSupport

@testable import Tegata

/// What could be a 12-digit My Number, and what is none: `number-guard.json`. All numbers are made up; that a check
/// digit holds says nothing about a person.
func numberGuardVectors() -> VectorFile {
    var file = VectorFile(
        "number-guard",
        "Values that could hold a 12-digit My Number are refused in claims and editions: Spec/card.md."
    )
    let found = [
        "\"123456789018\"", "\"1234 5678 9018\"", "\"1234-5678-9018\"", "\"１２３４５６７８９０１８\"",
        "\"1234－5678－9018\"", "\"12 34 56 78 90 18\"", "\"number: 1234.5678.9018!\"",
        "\"一二三四五六七八九〇一八\"", "\"1234\\u200b5678\\u200b9018\"", "\"१२३४५६७८९०१८\"",
        "123456789018", "123456789018.0", "1.23456789018e11", "-123456789018", "12345678903",
        "[\"1234\",\"5678\",\"9018\"]", "{\"a\":[{\"b\":\"123456789018\"}]}",
        "{\"123456789018\":true}",
    ]
    for text in found {
        file.add("number-guard", "", ["value": .string(text)], output: ["found": true])
    }
    let free: [(String, String)] = [
        ("\"123456789012\"", "the check digit is wrong"), ("\"12345678901\"", "eleven digits"),
        ("\"1234567890188\"", "thirteen digits"), ("\"gold\"", "no digit"), ("\"\"", "nothing"),
        ("\"1234 people and 56789018 birds\"", "words between"), ("1800000000", "a point in time"),
        ("123456789012", "the check digit is wrong"), ("true", ""), ("null", ""), ("[]", ""),
        ("\"2026-11-23\"", "a date"), ("0.5", "a fraction"),
    ]
    for (text, comment) in free {
        file.add("number-guard", comment, ["value": .string(text)], output: ["found": false])
    }
    return file
}
