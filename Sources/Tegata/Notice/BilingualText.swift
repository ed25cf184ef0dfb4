internal import TegataCrypto
internal import TegataSDJWT

/// What a person reads, in both languages of the project.
///
/// What it may hold is checked where it is planned and again where it is received (Spec/notice.md, "Words for people"; A45).
public struct BilingualText: Hashable, Sendable {
    /// In Japanese.
    public let ja: String
    /// In English.
    public let en: String

    /// A text of these words.
    public init(ja: String, en: String) {
        self.ja = ja
        self.en = en
    }

    var json: JSON { ["ja": .string(ja), "en": .string(en)] }

    /// - Throws: `limitExceeded` beyond `limit` bytes in a language, `malformed` for what nobody could read.
    init(json: JSON, atMost limit: Int, isMultiline: Bool = false) throws(Refusal) {
        guard json.object?.count == 2 else { throw .malformed }
        ja = try json.required("ja").text(atMost: limit)
        en = try json.required("en").text(atMost: limit)
        guard isReadable(isMultiline: isMultiline) else { throw .malformed }
    }

    /// Whether both texts show what they say, and nothing that is not shown.
    func isReadable(isMultiline: Bool) -> Bool {
        [ja, en].allSatisfy { Self.isReadable($0, isMultiline: isMultiline) }
    }

    /// Whether it is as long as it may be, readable, and no My Number.
    func check(_ field: String, atMost limit: Int, isMultiline: Bool = false) throws(NoticeError) {
        guard ja.utf8.count <= limit, en.utf8.count <= limit,
            isReadable(isMultiline: isMultiline)
        else { throw .text(field: field) }
        guard !NumberGuard.finds(in: ja), !NumberGuard.finds(in: en) else {
            throw .looksLikeIDNumber(field: field)
        }
    }

    private static func isReadable(_ text: String, isMultiline: Bool) -> Bool {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last,
            !first.properties.isWhitespace, !last.properties.isWhitespace, !first.isMark
        else { return false }
        var marks = 0
        for scalar in scalars {
            marks = scalar.isMark ? marks + 1 : 0
            guard marks <= 4, scalar.isShown || isMultiline && scalar == "\n" else { return false }
        }
        return true
    }
}

extension Unicode.Scalar {
    /// Whether it is written onto the letter before it.
    fileprivate var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    /// Whether a reader sees it, and nothing else changes by it. A name's rare form of a letter needs its selector.
    fileprivate var isShown: Bool {
        guard !properties.isDefaultIgnorableCodePoint || properties.isVariationSelector else {
            return false
        }
        return switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            false
        default: true
        }
    }
}
