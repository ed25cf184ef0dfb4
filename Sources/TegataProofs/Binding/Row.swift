package import TegataCrypto

/// A card in the register, joined with its person's index: 171 bytes, known to the issuer and its holder only
/// (protocol.md 4.3 and decision 3).
///
///     edition 32 ‖ position 4 ‖ L 33 ‖ D 33 ‖ epoch 4 ‖ status 1 ‖ BIP-340 signature 64
package struct Row: Hashable, Sendable {
    /// Whether the row counts.
    package enum Status: UInt8, Sendable {
        case active = 1
        case suspended = 2
        case ended = 3
    }

    package static let size = 171

    package let edition: FixedBytes<32>
    /// The position that gives the serial.
    package let position: UInt32
    /// L.
    package let index: Point
    /// D.
    package let commitment: Point
    /// Counts re-issues of the same position.
    package let epoch: UInt32
    package let status: Status
    private let signature: FixedBytes<64>

    /// A row signed by the issuer.
    package init(
        position: UInt32, index: PersonIndex, commitment: Point, epoch: UInt32, status: Status,
        signedBy key: Secp256k1.PrivateKey, using source: inout some Randomness
    ) {
        edition = index.edition
        self.position = position
        self.index = index.point
        self.commitment = commitment
        self.epoch = epoch
        self.status = status
        let body = Self.encode(edition, position, index.point, commitment, epoch, status)
        signature = key.schnorrSignature(
            for: BindingHash.tagged("row", body).array, auxiliary: source.fixed())
    }

    /// Reads 171 bytes that the issuer with this x-only key signed.
    ///
    /// - Throws: `malformed` or `invalidSignature`.
    package init(parsing bytes: [UInt8], issuer: FixedBytes<32>) throws(ProofError) {
        var reader = Reader(bytes)
        edition = try reader.fixed()
        position = try reader.integer()
        index = try reader.point()
        commitment = try reader.point()
        epoch = try reader.integer()
        guard let status = Status(rawValue: try reader.integer()) else { throw .malformed }
        self.status = status
        signature = try reader.fixed()
        try reader.finish()
        let hash = BindingHash.tagged("row", Array(bytes[..<107]))
        guard
            Secp256k1.PublicKey.isValidSchnorrSignature(
                signature.span, for: hash.span, xOnly: issuer.span)
        else { throw .invalidSignature }
    }

    /// 171 bytes.
    package var encoded: [UInt8] {
        Self.encode(edition, position, index, commitment, epoch, status) + signature.array
    }

    /// TH("row-id", row): what a presentation's context names.
    package var hash: FixedBytes<32> { BindingHash.tagged("row-id", encoded) }

    /// TH("leaf-person", L ‖ salt): hides L from whoever is shown the rest of a leaf.
    package func blind(salt: FixedBytes<32>) -> FixedBytes<32> {
        BindingHash.tagged("leaf-person", index.encoded, salt.array)
    }

    /// The row's leaf in the log. It hides the row; whoever knows the salt opens it.
    package func leaf(salt: FixedBytes<32>) -> FixedBytes<32> {
        Self.leaf(
            edition: edition, position: position, commitment: commitment.encoded, epoch: epoch,
            status: status, blind: blind(salt: salt))
    }

    /// The leaf from what a card shows, and what its holder adds (Spec/register.md).
    package static func leaf(
        edition: FixedBytes<32>, position: UInt32, commitment: [UInt8], epoch: UInt32,
        status: Status, blind: FixedBytes<32>
    ) -> FixedBytes<32> {
        BindingHash.tagged(
            "leaf", edition.array + bigEndian(position) + commitment,
            bigEndian(epoch) + [status.rawValue],
            blind.array)
    }

    /// This row with another status, signed anew.
    package func changed(
        to status: Status, signedBy key: Secp256k1.PrivateKey, using source: inout some Randomness
    ) -> Row {
        Row(
            position: position, index: PersonIndex(edition: edition, point: index),
            commitment: commitment, epoch: epoch, status: status, signedBy: key, using: &source)
    }

    private static func encode(
        _ edition: FixedBytes<32>, _ position: UInt32, _ index: Point, _ commitment: Point,
        _ epoch: UInt32, _ status: Status
    ) -> [UInt8] {
        edition.array + bigEndian(position) + index.encoded + commitment.encoded + bigEndian(epoch)
            + [status.rawValue]
    }
}
