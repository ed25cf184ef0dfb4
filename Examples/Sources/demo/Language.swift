import Foundation

/// The language of what people read: Japanese where the environment says so, else English.
enum Language {
    case japanese
    case english

    static var preferred: Language {
        let environment = ProcessInfo.processInfo.environment
        let wish = environment["LC_ALL"] ?? environment["LC_MESSAGES"] ?? environment["LANG"] ?? ""
        return wish.hasPrefix("ja") ? .japanese : .english
    }

    /// The text in this language.
    func callAsFunction(_ japanese: String, _ english: String) -> String {
        self == .japanese ? japanese : english
    }
}
