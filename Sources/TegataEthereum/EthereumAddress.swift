public import TegataCrypto
public import TegataSDJWT

/// An account of Ethereum, 20 bytes: the end of keccak-256 of a secp256k1 key's coordinates.
public struct EthereumAddress: Hashable, Sendable, CustomStringConvertible {
    /// The 20 bytes.
    public let bytes: [UInt8]

    /// The address of a key.
    public init(_ key: Secp256k1.PublicKey) {
        bytes = Array(Keccak256.hash(Array(key.x963Representation.dropFirst())).suffix(20))
    }

    /// Reads 20 bytes.
    ///
    /// - Throws: `malformed` for another length.
    package init(bytes: [UInt8]) throws(Refusal) {
        guard bytes.count == 20 else { throw .malformed }
        self.bytes = bytes
    }

    /// Reads `0x` and 40 hexadecimal digits. Letters of both cases are a checksum (EIP-55), which must be right.
    ///
    /// - Throws: `malformed`.
    public init(parsing text: String) throws(Refusal) {
        guard text.hasPrefix("0x"), text.utf8.count == 42,
            let bytes = Hex.decode(text.dropFirst(2).lowercased())
        else { throw .malformed }
        try self.init(bytes: bytes)
        let digits = text.dropFirst(2)
        let isMixed = digits.contains(where: \.isLowercase) && digits.contains(where: \.isUppercase)
        guard !isMixed || description.hasSameBytes(as: text) else { throw .malformed }
    }

    /// `0x` and 40 digits, with the checksum of EIP-55: a letter is large where the hash of the small digits has 8 or more.
    public var description: String {
        let digits = Hex.encode(bytes)
        let hash = Hex.encode(Keccak256.hash(Array(digits.utf8)))
        return "0x" + zip(digits, hash).map { $1 >= "8" ? $0.uppercased() : String($0) }.joined()
    }
}
