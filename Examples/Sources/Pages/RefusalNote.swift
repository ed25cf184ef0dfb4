public import Tegata

/// A refusal as people meet it: what happened, what to do next, and the reason for machines.
public struct RefusalNote: Sendable {
    private let refusal: Refusal

    /// The note about a refusal.
    public init(_ refusal: Refusal) { self.refusal = refusal }

    /// The note in a language.
    public func html(_ language: Language) -> HTML {
        """
        <section class="verdict bad" role="alert">
        <h2>\(language(refusal.whatHappened))</h2>
        <p>\(language(refusal.whatToDo))</p>
        <p class="reason">\(language(.reason)) <code>\(refusal.rawValue)</code></p>
        </section>
        """
    }
}

extension Message {
    /// The title of a page about a refusal.
    static let refused = Message("受け付けられませんでした", "This was refused")
    fileprivate static let reason = Message("理由コード", "Reason code")
}
