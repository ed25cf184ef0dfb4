internal import TegataCrypto
internal import TegataProofs
internal import TegataSDJWT

/// An entry of an issuer's log: what anyone may read of the register (Spec/register.md).
package struct LogEntry: Hashable, Sendable {
    package enum Kind: UInt8, Sendable {
        case open = 1
        case card = 2
        case reissue = 3
        case transfer = 4
        case suspend = 5
        case resume = 6
        case revoke = 7
        case giveBack = 8
        case limit = 9
        case hold = 10
        case release = 11
        case entrant = 12
        case draw = 13
        case sessions = 14
        case settled = 15
        case deposit = 16
        case exception = 17
        case renewal = 18
        case nodes = 19
        case notice = 20
        case receipt = 21
        case withdrawal = 22
        case redemption = 23
        case count = 24
        case attachment = 25
        case anonymousUse = 26
        case relocation = 30

        /// Whether the entry is the leaf of a row in force, as a log proof of a card must be.
        var isInForce: Bool {
            [.card, .reissue, .transfer, .resume, .renewal].contains(self)
        }
        /// Whether the content is a text that the issuer signed.
        var isSigned: Bool { [.open, .limit, .draw, .nodes, .relocation].contains(self) }
        /// Whether a place is kept free for somebody, or given up.
        var isHold: Bool { self == .hold || self == .release }
    }

    package let kind: Kind
    package let edition: EditionDigest
    package let content: [UInt8]

    /// An announcement or a change, signed by the issuer.
    package static func signed(_ kind: Kind, _ edition: EditionDigest, _ text: String) -> LogEntry {
        LogEntry(kind: kind, edition: edition, content: Array(text.utf8))
    }

    /// A row's leaf. A returned card names the serial that is free again; a revoked one says whether it was suspended.
    package static func leaf(
        _ kind: Kind, _ edition: EditionDigest, _ leaf: FixedBytes<32>, returned: UInt32? = nil,
        wasSuspended: Bool = false
    ) -> LogEntry {
        LogEntry(
            kind: kind, edition: edition,
            content: leaf.array + (returned.map(bigEndian) ?? []) + (wasSuspended ? [1] : []))
    }

    /// Somebody who entered a draw; whoever has request and salt opens the content.
    static func entrant(_ edition: EditionDigest, _ name: FixedBytes<32>) -> LogEntry {
        LogEntry(kind: .entrant, edition: edition, content: name.array)
    }

    /// A place kept, or given up; whoever has the token opens the content.
    static func hold(_ kind: Kind, _ edition: EditionDigest, _ hold: FixedBytes<32>) -> LogEntry {
        LogEntry(kind: kind, edition: edition, content: hold.array)
    }

    /// The register goes on elsewhere: it concerns all editions, so the digest is zeros.
    static func relocation(_ text: String) -> LogEntry {
        LogEntry(kind: .relocation, edition: EditionDigest(), content: Array(text.utf8))
    }

    init(kind: Kind, edition: EditionDigest, content: [UInt8]) {
        self.kind = kind
        self.edition = edition
        self.content = content
    }

    /// Reads an entry whose content has the length of its kind.
    ///
    /// - Throws: `malformed`.
    package init(parsing bytes: [UInt8]) throws(Refusal) {
        guard let first = bytes.first, let kind = Kind(rawValue: first), bytes.count > 33,
            let edition = EditionDigest(bytes.span.extracting(1..<33))
        else { throw .malformed }
        let content = Array(bytes[33...])
        let isWhole =
            switch kind {
            case .open, .limit, .draw, .sessions, .settled, .nodes: true
            case .relocation: edition == EditionDigest()
            case .exception: content.count == 33 || content.count == 34
            case .count: content.count == EvaluationCount.size
            case .giveBack: content.count == 36
            case .revoke: content.count == 32 || content.count == 33 && content[32] == 1
            case .card, .reissue, .transfer, .renewal, .suspend, .resume, .hold, .release,
                .entrant, .deposit, .notice, .receipt, .withdrawal, .redemption, .attachment,
                .anonymousUse:
                content.count == 32
            }
        guard isWhole else { throw .malformed }
        self.init(kind: kind, edition: edition, content: content)
    }

    package var encoded: [UInt8] { [kind.rawValue] + edition.array + content }

    /// The serial that a return sets free.
    package var returned: UInt32? {
        kind == .giveBack ? content[32...].reduce(0) { $0 << 8 | UInt32($1) } : nil
    }

    /// Which hold is taken or given up.
    var hold: FixedBytes<32>? { kind.isHold ? FixedBytes<32>(content) : nil }

    /// Whether a revoked card was suspended.
    package var wasSuspended: Bool { kind == .revoke && content.count == 33 }

    /// The signed text of an announcement or a change.
    package var text: String? {
        kind.isSigned ? String(validating: content, as: UTF8.self) : nil
    }
}
