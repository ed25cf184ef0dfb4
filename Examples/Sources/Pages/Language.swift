/// The language of what people read: Japanese first, English beside it.
public enum Language: String, Sendable, CaseIterable {
    case japanese = "ja"
    case english = "en"

    /// The first of these that a browser's `Accept-Language` names; Japanese when it names none.
    public init(accepting header: String?) {
        for part in (header ?? "").lowercased().split(separator: ",") {
            let tag = part.prefix { $0 != ";" && $0 != "-" }.trimmingPrefix { $0 == " " }
            if let language = Language(rawValue: String(tag)) {
                self = language
                return
            }
        }
        self = .japanese
    }

    /// The other one.
    public var other: Language { self == .japanese ? .english : .japanese }
    /// Its own name for itself.
    public var name: String { self == .japanese ? "日本語" : "English" }

    /// A message in this language.
    public func callAsFunction(_ message: Message) -> String {
        self == .japanese ? message.japanese : message.english
    }

    /// The best of the texts that an edition gives by language tag.
    public func callAsFunction(_ texts: [String: String], or fallback: String) -> String {
        texts[rawValue] ?? texts[other.rawValue] ?? fallback
    }

    /// The names that an edition gives to a benefit or claim are identifiers; people see them with spaces.
    public func label(_ name: String) -> String {
        name.replacing("_", with: " ").cut(to: 80)
    }
}

/// One thing said in both languages. All that people see is written with these, so neither language is ever forgotten.
public struct Message: Sendable, Hashable {
    /// In Japanese.
    public let japanese: String
    /// In English.
    public let english: String

    /// The same thing twice.
    public init(_ japanese: String, _ english: String) {
        self.japanese = japanese
        self.english = english
    }
}
