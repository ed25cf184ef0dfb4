internal import TegataCrypto
internal import TegataProofs
public import TegataSDJWT

/// What a plan to hand an edition's key over says, for operators who compare it with what they agreed on.
public struct HandOverSummary: Sendable {
    /// Whose key.
    public let edition: EditionDigest
    /// Who brings the dealings to the recipients: the issuer's register key, 32 bytes.
    public let issuer: [UInt8]
    /// Which keys these will be: 1 after the first hand-over.
    public let round: UInt32
    /// How many of the recipients have the key together.
    public let threshold: Int
    /// Who gets it, 33 bytes each, in the order of their numbers.
    public let boxKeys: [[UInt8]]

    /// Reads what `Issuer.handOverPlan` made.
    ///
    /// - Throws: `malformed`.
    public init(parsing plan: String) throws(Refusal) {
        let plan = try HandOverPlan(text: plan)
        edition = plan.edition
        issuer = plan.issuer.array
        round = plan.round
        threshold = plan.sharing.threshold
        boxKeys = plan.recipients.map(\.encoded)
    }
}

extension HandOverSummary: CustomStringConvertible {
    /// A line for the plan and one for each recipient.
    public var description: String {
        let head =
            "edition \(edition) of issuer \(Hex.encode(issuer)), round \(round): "
            + "\(threshold) of \(boxKeys.count) have the key together"
        return ([head] + boxKeys.enumerated().map { "node \($0 + 1): \(Hex.encode($1))" })
            .joined(separator: "\n")
    }
}
