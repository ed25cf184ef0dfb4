internal import TegataCrypto
internal import TegataLog
internal import TegataProofs
internal import TegataSDJWT

/// What a log proof of a card carries beside the proof: what the leaf needs and the card does not say (Spec/register.md).
///
///     kind 1 ‖ epoch 4 ‖ blind 32
struct ProofExtra {
    let kind: LogEntry.Kind
    let epoch: UInt32
    let blind: FixedBytes<32>

    init(kind: LogEntry.Kind, epoch: UInt32, blind: FixedBytes<32>) {
        self.kind = kind
        self.epoch = epoch
        self.blind = blind
    }

    /// - Throws: `logProofInvalid`, also for the kind of an entry that ends a card.
    init(parsing bytes: [UInt8]) throws(Refusal) {
        guard bytes.count == 37, let kind = LogEntry.Kind(rawValue: bytes[0]), kind.isInForce,
            let blind = FixedBytes<32>(bytes[5...])
        else { throw .logProofInvalid }
        self.kind = kind
        epoch = bytes[1..<5].reduce(0) { $0 << 8 | UInt32($1) }
        self.blind = blind
    }

    var encoded: [UInt8] { [kind.rawValue] + bigEndian(epoch) + blind.array }
}

extension LogProof {
    /// Reads a card's proof, whatever is wrong with it.
    ///
    /// - Throws: `logProofInvalid`.
    init(ofCard text: String) throws(Refusal) {
        do {
            try self.init(parsing: Array(text.utf8))
        } catch {
            throw .logProofInvalid
        }
    }

    /// Checks that the card with these parts is in the log of `policy`. The leaf is computed from what the card shows (A96).
    ///
    /// - Throws: `logProofInvalid`.
    func verify(
        edition: EditionDigest, serial: Serial, commitment: [UInt8], by policy: LogPolicy
    ) throws(Refusal) {
        let extra = try ProofExtra(parsing: extra)
        let leaf = Row.leaf(
            edition: edition, position: serial.number, commitment: commitment, epoch: extra.epoch,
            status: .active, blind: extra.blind)
        do {
            try verify(LogEntry.leaf(extra.kind, edition, leaf).encoded, by: policy)
        } catch {
            throw .logProofInvalid
        }
    }
}
