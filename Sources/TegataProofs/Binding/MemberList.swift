package import TegataCrypto

/// The active person indices of an edition, sorted: what a kiosk keeps a copy of. It asks nobody about one of them
/// (protocol.md 4.5 and decision 3).
package struct MemberList: Hashable, Sendable {
    package let edition: FixedBytes<32>
    /// 33 bytes each, strictly ascending.
    private let indices: [UInt8]

    /// The list of these indices.
    ///
    /// - Throws: `mismatch` when one belongs to another edition, `malformed` when one appears twice.
    package init(
        edition: FixedBytes<32>, _ members: [PersonIndex]
    ) throws(ProofError) {
        guard members.allSatisfy({ $0.edition == edition }) else { throw .mismatch }
        let sorted = members.map(\.point.encoded).sorted { $0.lexicographicallyPrecedes($1) }
        try self.init(edition: edition, parsing: sorted.flatMap { $0 })
    }

    /// Reads the published list: 33 bytes each, strictly ascending.
    ///
    /// - Throws: `malformed`.
    package init(edition: FixedBytes<32>, parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        var previous: [UInt8]?
        while reader.remaining > 0 {
            let entry = try reader.point().encoded
            if let previous {
                guard previous.lexicographicallyPrecedes(entry) else { throw .malformed }
            }
            previous = entry
        }
        self.edition = edition
        indices = bytes
    }

    /// The published form.
    package var encoded: [UInt8] { indices }

    /// How many members there are.
    package var count: Int { indices.count / 33 }

    /// Whether `index` is a member's, by binary search in the local copy.
    package func contains(_ index: PersonIndex) -> Bool {
        guard index.edition == edition else { return false }
        let wanted = index.point.encoded
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let entry = indices[33 * middle..<33 * middle + 33]
            if entry.elementsEqual(wanted) { return true }
            if entry.lexicographicallyPrecedes(wanted) { low = middle + 1 } else { high = middle }
        }
        return false
    }
}

/// A kiosk's answer to a relying party: 137 bytes (protocol.md 4.5).
///
///     edition 32 ‖ member 1 ‖ nonce 32 ‖ time 8 ‖ BIP-340 signature 64
package struct KioskResult: Hashable, Sendable {
    package let edition: FixedBytes<32>
    package let isMember: Bool
    /// The relying party's question.
    package let nonce: FixedBytes<32>
    /// Seconds since 1970.
    package let time: UInt64

    /// What the kiosk found: its own session's index in its own copy of the list.
    package init(
        _ index: PersonIndex, in members: MemberList, nonce: FixedBytes<32>, time: UInt64
    ) throws(ProofError) {
        guard index.edition == members.edition else { throw .mismatch }
        edition = members.edition
        isMember = members.contains(index)
        self.nonce = nonce
        self.time = time
    }

    /// 137 bytes, signed by the kiosk.
    package func signed(
        by key: Secp256k1.PrivateKey, using source: inout some Randomness
    ) -> [UInt8] {
        body
            + key.schnorrSignature(
                for: BindingHash.tagged("kiosk", body).array, auxiliary: source.fixed()
            ).array
    }

    /// Reads a result that the kiosk with this x-only key signed for `nonce`.
    ///
    /// - Throws: `malformed`, `invalidSignature`, or `mismatch` for another question.
    package init(
        parsing bytes: [UInt8], kiosk: FixedBytes<32>, nonce: FixedBytes<32>
    ) throws(ProofError) {
        var reader = Reader(bytes)
        edition = try reader.fixed()
        let member: UInt8 = try reader.integer()
        guard member <= 1 else { throw .malformed }
        isMember = member == 1
        self.nonce = try reader.fixed()
        time = try reader.integer()
        let signature: FixedBytes<64> = try reader.fixed()
        try reader.finish()
        let hash = BindingHash.tagged("kiosk", body)
        guard
            Secp256k1.PublicKey.isValidSchnorrSignature(
                signature.span, for: hash.span, xOnly: kiosk.span)
        else { throw .invalidSignature }
        guard self.nonce == nonce else { throw .mismatch }
    }

    private var body: [UInt8] {
        edition.array + [isMember ? 1 : 0] + nonce.array + bigEndian(time)
    }
}
