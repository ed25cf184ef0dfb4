internal import TegataCrypto
internal import TegataProofs

/// A custodian's part of an archive's key, 132 bytes, which says itself whose it is:
///
///     version 1 ‖ archive 32 ‖ n 1 ‖ k 1 ‖ number 1 ‖ secret 32 ‖ signature 64
///
/// The issuer's register key signs the share's public point and not the secret, so checking shows nobody anything.
public struct ArchiveShare: Sendable {
    static let size = 132
    private static let version: UInt8 = 1

    /// Which archive it helps to open.
    public let archive: FixedBytes<32>
    /// How many custodians there are.
    public let custodians: Int
    /// How many of them open the archive.
    public let threshold: Int
    let share: SecretShare
    private let signature: FixedBytes<64>

    /// Which share, 1…n.
    public var number: Int { share.number }

    init(
        _ share: SecretShare, of key: ArchiveKey, signedBy issuer: Secp256k1.PrivateKey,
        auxiliary: FixedBytes<32>
    ) {
        self.share = share
        archive = key.id
        custodians = key.custodians
        threshold = key.threshold
        signature = issuer.schnorrSignature(
            for: Self.digest(share, key.id, custodians, threshold), auxiliary: auxiliary)
    }

    private static func digest(
        _ share: SecretShare, _ archive: FixedBytes<32>, _ custodians: Int, _ threshold: Int
    ) -> [UInt8] {
        taggedHash(
            "TEGATA-V01/archive-share",
            archive.array + [UInt8(custodians), UInt8(threshold), UInt8(share.number)],
            share.secret.timesGenerator.encoded
        ).array
    }

    /// Whether the issuer with this register key gave it out, for whatever archive.
    public func isSigned(by registerKey: FixedBytes<32>) -> Bool {
        let digest = Self.digest(share, archive, custodians, threshold)
        return Secp256k1.PublicKey.isValidSchnorrSignature(
            signature.span, for: digest.span, xOnly: registerKey.span)
    }

    /// Whether it is one of this key's.
    public func belongs(to key: ArchiveKey) -> Bool {
        archive == key.id && custodians == key.custodians && threshold == key.threshold
            && key.shared.isValid(share)
    }

    /// Reads 132 bytes; nothing is checked but their form.
    ///
    /// - Throws: `malformed`.
    public init(rawRepresentation bytes: [UInt8]) throws(Refusal) {
        guard bytes.count == Self.size, bytes[0] == Self.version,
            let archive = FixedBytes<32>(bytes[1..<33]),
            let secret = try? SecretScalar(parsing: Array(bytes[36..<68])),
            let signature = FixedBytes<64>(bytes[68...])
        else { throw .malformed }
        self.archive = archive
        custodians = Int(bytes[33])
        threshold = Int(bytes[34])
        share = SecretShare(number: Int(bytes[35]), secret: secret)
        self.signature = signature
    }

    /// The 132 bytes, in a copy that nobody wipes: for storing the share, and nothing else.
    public var exposedRawRepresentation: [UInt8] {
        [Self.version] + archive.array + [UInt8(custodians), UInt8(threshold), UInt8(number)]
            + share.secret.bytes.exposedBytes + signature.array
    }
}

extension ArchiveShare: CustomStringConvertible {
    /// Which share; never the secret.
    public var description: String { "<secret share \(number) of \(custodians)>" }
}
