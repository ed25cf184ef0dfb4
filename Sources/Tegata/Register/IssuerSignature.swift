internal import TegataCrypto
internal import TegataLog
internal import TegataProofs
internal import TegataSDJWT

/// The issuer's own signature below its log's checkpoint: BIP-340 with the register key, as a line of C2SP's unassigned type
/// (Spec/log.md). The log's Ed25519 key is what readers need; this line says that log and issuer are one.
struct IssuerSignature {
    private static let type: [UInt8] = [0xff] + Array("tegata-bip340-v1".utf8)

    private let origin: String
    private let key: FixedBytes<32>

    /// The line of the issuer with this log and this x-only register key.
    init(origin: String, key: FixedBytes<32>) {
        self.origin = origin
        self.key = key
    }

    /// The first four bytes of SHA-256(origin ‖ 0x0A ‖ 0xff ‖ identifier ‖ key).
    private var id: UInt32 {
        let hash = SHA256.hash(Array(origin.utf8) + [0x0a] + Self.type + key.array)
        return (0..<4).reduce(0) { $0 << 8 | UInt32(hash[$1]) }
    }

    private static func digest(_ note: SignedNote) -> FixedBytes<32> {
        taggedHash("TEGATA-V01/checkpoint", Array(note.text.utf8))
    }

    /// The note with the line added.
    func sign(
        _ note: SignedNote, by secret: Secp256k1.PrivateKey, auxiliary: FixedBytes<32>
    ) -> SignedNote {
        let signature = secret.schnorrSignature(
            for: Self.digest(note).array, auxiliary: auxiliary)
        return note.adding(name: origin, id: id, signature: signature.array)
    }

    /// Whether no such line is there, or a valid one.
    func isAbsentOrValid(on note: SignedNote) -> Bool {
        isAbsent(on: note) || isValid(on: note)
    }

    private func isAbsent(on note: SignedNote) -> Bool {
        note.signatures(name: origin, id: id).isEmpty
    }

    /// Whether such a line is there, and right.
    func isValid(on note: SignedNote) -> Bool {
        !isAbsent(on: note)
            && note.signatures(name: origin, id: id).allSatisfy { bytes in
                guard let signature = FixedBytes<64>(bytes) else { return false }
                let digest = Self.digest(note)
                return Secp256k1.PublicKey.isValidSchnorrSignature(
                    signature.span, for: digest.span, xOnly: key.span)
            }
    }
}
