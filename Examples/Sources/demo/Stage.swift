import Tegata

/// Prints the acts of the story with what each step took and weighed.
struct Stage {
    let language: Language
    private let clock = ContinuousClock()

    func act(_ japanese: String, _ english: String) {
        print("\n" + language(japanese, english))
    }

    func say(_ japanese: String, _ english: String) {
        print("  " + language(japanese, english))
    }

    /// Runs `step`, then prints its name, its time and, for a text, its size.
    func time<Value>(
        _ japanese: String, _ english: String, _ step: () async throws -> Value
    ) async rethrows -> Value {
        let start = clock.now
        let value = try await step()
        let milliseconds = start.duration(to: clock.now) / Duration.milliseconds(1)
        var line = "  \(pad(language(japanese, english), to: 52)) \(decimal(milliseconds)) ms"
        if let text = value as? String { line += "  \(text.utf8.count) B" }
        print(line)
        return value
    }

    /// Runs `step`, which must be refused, and prints the reason.
    func refused(
        _ japanese: String, _ english: String, for reason: Refusal,
        _ step: () async throws -> Void
    ) async throws {
        guard try await refusal(step) == reason else { throw StoryError.unexpected(english) }
        let words = language("拒否", "refused")
        print("  \(pad(language(japanese, english), to: 52)) \(words): \(reason.rawValue)")
    }

    /// The reason that `step` is refused for, by whichever role; `nil` when it is not.
    private func refusal(_ step: () async throws -> Void) async throws -> Refusal? {
        do {
            try await step()
            return nil
        } catch let refusal as Refusal {
            return refusal
        } catch IssuingError.refused(let refusal) {
            return refusal
        }
    }

    private func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let text = "\(tenths / 10).\(tenths % 10)"
        return String(repeating: " ", count: max(0, 7 - text.count)) + text
    }

    /// Pads to `width` columns, counting the wide characters of Japanese twice.
    private func pad(_ text: String, to width: Int) -> String {
        let columns = text.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x1100 ? 2 : 1) }
        return text + String(repeating: " ", count: max(1, width - columns))
    }
}

/// A step of the story that did not end as it must.
enum StoryError: Error, CustomStringConvertible {
    case unexpected(String)

    var description: String {
        switch self {
        case .unexpected(let step): "this step did not end as it must: \(step)"
        }
    }
}
