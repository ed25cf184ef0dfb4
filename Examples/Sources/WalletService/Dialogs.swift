internal import Foundation
internal import Tegata

/// What the pages are in the middle of, each for the browser session that began it. Nothing here outlives the process.
actor Dialogs {
    /// One question to the owner.
    enum Dialog: Sendable {
        /// An offer, and why the last try to redeem it failed.
        case offer(OfferReview, failure: Refusal?)
        /// A verifier's question.
        case request(RequestReview)
        /// What became of it.
        case ended(RequestReview, Ending)
        /// A shop's wish to count a use.
        case use(UseReview)
        /// What became of it, and what may be sent again.
        case used(UseReview, Result<UseEnding, Refusal>, Sent?)
        /// A question whether two cards are one person's.
        case link(LinkReview)
        /// What became of it.
        case linked(LinkReview, LinkEnding)
        /// Something to do as one of the members.
        case action(ActionReview)
        /// What became of it: why it was refused, if it was.
        case acted(ActionReview, Refusal?)
        /// What an issuer told, and what became of the last answer.
        case mail(Mail, Result<NoticeWord, Refusal>?)
    }

    /// How a question about two cards ended.
    enum LinkEnding: Sendable {
        case linked
        /// The owner said no, or not yes: nothing was sent.
        case declined
        case refused(Refusal)
    }

    /// A voucher that is on its way.
    struct Sent: Sendable {
        let voucher: String
        let record: ConsentRecord
    }

    /// How a verifier's question ended.
    struct Ending: Sendable {
        let isDeclined: Bool
        /// Why the verifier, or the way to it, refused.
        let refusal: Refusal?
        /// Where the verifier wants the browser to go.
        let redirect: String?
    }

    private struct Entry {
        let session: [UInt8]
        let order: Int
        var dialog: Dialog
        var isBusy = false
    }

    private var entries = [String: Entry]()
    private var count = 0
    private static let capacity = 64

    /// Begins a dialog; the oldest of too many is over.
    func begin(_ dialog: Dialog, _ session: [UInt8]) -> String {
        if entries.count >= Self.capacity,
            let oldest = entries.min(by: { $0.value.order < $1.value.order })
        {
            entries[oldest.key] = nil
        }
        count += 1
        let id = UUID().uuidString.lowercased()
        entries[id] = Entry(session: session, order: count, dialog: dialog)
        return id
    }

    /// A dialog of this session.
    ///
    /// - Throws: `expired` for one that is over, or another session's.
    func dialog(_ id: String, _ session: [UInt8]) throws(Refusal) -> Dialog {
        guard let entry = entries[id], entry.session == session else { throw .expired }
        return entry.dialog
    }

    /// Takes a dialog to act on it: a second click finds it taken.
    ///
    /// - Throws: `conflict` while somebody else acts on it; `expired`.
    func take(_ id: String, _ session: [UInt8]) throws(Refusal) -> Dialog {
        let dialog = try dialog(id, session)
        guard entries[id]?.isBusy == false else { throw .conflict }
        entries[id]?.isBusy = true
        return dialog
    }

    /// Puts a dialog back as it is now; `nil` ends it.
    func put(_ id: String, _ dialog: Dialog?) {
        guard let dialog else {
            entries[id] = nil
            return
        }
        entries[id]?.dialog = dialog
        entries[id]?.isBusy = false
    }
}
