package import TegataCrypto

/// Whom a live edition's key goes to next: so many of these nodes, who read with these keys (Spec/services.md).
///
///     version 1 ‖ edition 32 ‖ issuer 32 ‖ round 4 ‖ t' 1 ‖ n' 1 ‖ box key 33 of each, in the order of their numbers
package struct HandOverPlan: Hashable, Sendable {
    package let edition: FixedBytes<32>
    /// The x-only key of who brings the dealings to the recipients.
    package let issuer: FixedBytes<32>
    /// Which keys of the edition these will be: 1 after the first hand-over.
    package let round: UInt32
    package let sharing: Sharing
    /// What dealers seal sub-shares to.
    package let recipients: [Point]

    /// `nil` for a threshold that cannot be, for round 0, and for one key twice: it would hold two shares.
    package init?(
        edition: FixedBytes<32>, issuer: FixedBytes<32>, round: UInt32, threshold: Int,
        recipients: [Point]
    ) {
        guard round > 0, Set(recipients.map(\.encoded)).count == recipients.count,
            let sharing = Sharing(nodes: recipients.count, threshold: threshold)
        else { return nil }
        self.edition = edition
        self.issuer = issuer
        self.round = round
        self.sharing = sharing
        self.recipients = recipients
    }

    /// 71 bytes and 33 a recipient.
    package var encoded: [UInt8] {
        [1] + edition.array + issuer.array + bigEndian(round)
            + [UInt8(sharing.threshold), UInt8(sharing.nodes)] + recipients.flatMap(\.encoded)
    }

    /// Reads the written form, to its last byte.
    ///
    /// - Throws: `malformed`.
    package init(parsing bytes: [UInt8]) throws(ProofError) {
        var reader = Reader(bytes)
        guard try reader.take(1) == [1] else { throw .malformed }
        let edition: FixedBytes<32> = try reader.fixed()
        let issuer: FixedBytes<32> = try reader.fixed()
        let round: UInt32 = try reader.integer()
        let threshold: UInt8 = try reader.integer()
        let nodes: UInt8 = try reader.integer()
        var recipients: [Point] = []
        for _ in 0..<nodes { recipients.append(try reader.point()) }
        try reader.finish()
        guard
            let plan = HandOverPlan(
                edition: edition, issuer: issuer, round: round, threshold: Int(threshold),
                recipients: recipients)
        else { throw .malformed }
        self = plan
    }

    /// TH("hand-over-plan", plan).
    package var hash: FixedBytes<32> { BindingHash.tagged("hand-over-plan", encoded) }
}
