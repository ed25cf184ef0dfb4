public import Tegata

/// A refusal as people meet it: what happened, what to do next, and the reason for machines.
public struct RefusalNote: Sendable {
    private let refusal: Refusal
    private let happened: Message
    private let next: Message

    /// The note about a refusal.
    public init(_ refusal: Refusal) {
        self.init(refusal, refusal.whatHappened, refusal.whatToDo)
    }

    /// The same in words that fit where it happened.
    public init(_ refusal: Refusal, _ happened: Message, _ next: Message) {
        self.refusal = refusal
        self.happened = happened
        self.next = next
    }

    /// The note in a language.
    public func html(_ language: Language) -> HTML {
        """
        <section class="verdict bad" role="alert">
        <h2>\(language(happened))</h2>
        <p>\(language(next))</p>
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
