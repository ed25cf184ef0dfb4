internal import TegataCrypto
public import TegataSDJWT

/// A document that Ethereum's wallets sign: EIP-712, as `eth_signTypedData_v4` takes it.
public struct TypedData: Sendable {
    /// The document as JSON text.
    public let text: String
    let document: JSON
    /// What is hashed for the message: the hash of its type and a word for each member.
    package let encodedMessage: [UInt8]
    /// keccak-256 of 0x19 0x01 ‖ the domain's hash ‖ the message's hash, 32 bytes: what is signed.
    public let digest: [UInt8]

    /// Reads a document of at most 64 KiB.
    ///
    /// - Throws: `malformed`, `limitExceeded` (Spec/ethereum.md, "Typed data").
    public init(parsing text: String) throws(Refusal) {
        guard text.utf8.count <= 64 * 1024 else { throw .limitExceeded }
        try self.init(try JSON(parsing: Array(text.utf8)))
    }

    init(_ document: JSON) throws(Refusal) {
        guard let types = document["types"]?.object, let domain = document["domain"],
            let message = document["message"]
        else { throw .malformed }
        let structures = try TypedDataTypes(try Self.withDomain(types, domain))
        let named = document["primaryType"]
        guard named == nil || named?.string != nil else { throw .malformed }
        guard let primary = named?.string ?? structures.root else { throw .malformed }
        self.document = document
        text = String(decoding: document.encoded, as: UTF8.self)
        encodedMessage = try structures.encode(message, as: primary)
        // A document about its domain alone has no message (EIP-712, "Specification").
        let separator = try structures.hash(domain, as: "EIP712Domain")
        let hash = primary == "EIP712Domain" ? [] : Keccak256.hash(encodedMessage)
        digest = Keccak256.hash([0x19, 0x01] + separator + hash)
    }

    /// The types with the domain's. A document may leave that out: then it has the members that there are, in the order of EIP-712.
    private static func withDomain(
        _ types: JSONObject, _ domain: JSON
    ) throws(Refusal) -> JSONObject {
        guard types["EIP712Domain"] == nil else { return types }
        let known = [
            ("name", "string"), ("version", "string"), ("chainId", "uint256"),
            ("verifyingContract", "address"), ("salt", "bytes32"),
        ].filter { domain[$0.0] != nil }
        var types = types
        types.add(
            "EIP712Domain",
            .array(known.map { ["name": .string($0.0), "type": .string($0.1)] }))
        return types
    }
}
