/// How a certificate, or a card's answer, is signed.
package enum SignatureAlgorithm: Hashable, Sendable {
    /// RSASSA-PKCS1-v1_5.
    case rsa(HashFunction)
    /// RSASSA-PSS with the mask made by the given hash and exactly so many bytes of salt.
    case rsaPSS(HashFunction, mask: HashFunction, saltByteCount: Int)
    /// ECDSA, in DER.
    case ecdsa(HashFunction)
    case ed25519

    /// The content of an AlgorithmIdentifier; `nil` for one that this module does not verify (SHA-1, DSA, …).
    init?(reading fields: inout DERReader) throws(DERError) {
        let identifier = try fields.objectIdentifier()
        let hashes: [HashFunction] = [.sha256, .sha384, .sha512]
        if let index = Self.rsaIdentifiers.firstIndex(of: identifier) {
            try Self.null(&fields, mayBeAbsent: false)
            self = .rsa(hashes[index])
        } else if let index = Self.ecdsaIdentifiers.firstIndex(of: identifier) {
            // RFC 5758 §3.2 wants no parameters; the state certificates of Finland carry NULL. Both spellings of the
            // algorithm are equal, and the signature covers the one that is used.
            try Self.null(&fields, mayBeAbsent: true)
            self = .ecdsa(hashes[index])
        } else if identifier == Self.ed25519Identifier {
            self = .ed25519
        } else if identifier == Self.pssIdentifier {
            guard let parameters = try Self.pssParameters(&fields) else { return nil }
            self = parameters
        } else {
            return nil
        }
        try fields.finish()
    }

    /// RFC 4055 §3.1. SHA-1, the default of hash and mask, is not supported, so both must be named.
    private static func pssParameters(
        _ fields: inout DERReader
    ) throws(DERError) -> SignatureAlgorithm? {
        var parameters = try fields.sequence()
        guard parameters.nextTag == DERTag.contextConstructed(0) else { return nil }
        var hashField = try parameters.sequence(DERTag.contextConstructed(0))
        guard let hash = try hashFunction(&hashField) else { return nil }
        try hashField.finish()
        guard parameters.nextTag == DERTag.contextConstructed(1) else { return nil }
        var maskField = try parameters.sequence(DERTag.contextConstructed(1))
        var mask = try maskField.sequence()
        guard try mask.objectIdentifier() == mgf1Identifier,
            let maskHash = try hashFunction(&mask)
        else { return nil }
        try mask.finish()
        try maskField.finish()
        var saltByteCount = 20
        if parameters.nextTag == DERTag.contextConstructed(2) {
            var saltField = try parameters.sequence(DERTag.contextConstructed(2))
            saltByteCount = try saltField.smallInteger()
            try saltField.finish()
        }
        guard parameters.isAtEnd, saltByteCount <= 64 else { return nil }
        return .rsaPSS(hash, mask: maskHash, saltByteCount: saltByteCount)
    }

    private static func hashFunction(_ reader: inout DERReader) throws(DERError) -> HashFunction? {
        var fields = try reader.sequence()
        let identifier = try fields.objectIdentifier()
        // RFC 4055 §2.1: with NULL or with nothing, both mean the same.
        try null(&fields, mayBeAbsent: true)
        try fields.finish()
        switch identifier {
        case ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 1): return .sha256
        case ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 2): return .sha384
        case ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 3): return .sha512
        default: return nil
        }
    }

    private static func null(
        _ fields: inout DERReader, mayBeAbsent: Bool
    ) throws(DERError) {
        if mayBeAbsent, fields.isAtEnd { return }
        guard try fields.element(DERTag.null).content.isEmpty else { throw .invalidValue }
    }

    private static let rsaIdentifiers = [
        ObjectIdentifier(1, 2, 840, 113549, 1, 1, 11),
        ObjectIdentifier(1, 2, 840, 113549, 1, 1, 12),
        ObjectIdentifier(1, 2, 840, 113549, 1, 1, 13),
    ]
    private static let ecdsaIdentifiers = [
        ObjectIdentifier(1, 2, 840, 10045, 4, 3, 2), ObjectIdentifier(1, 2, 840, 10045, 4, 3, 3),
        ObjectIdentifier(1, 2, 840, 10045, 4, 3, 4),
    ]
    private static let pssIdentifier = ObjectIdentifier(1, 2, 840, 113549, 1, 1, 10)
    private static let mgf1Identifier = ObjectIdentifier(1, 2, 840, 113549, 1, 1, 8)
    private static let ed25519Identifier = ObjectIdentifier(1, 3, 101, 112)
}
