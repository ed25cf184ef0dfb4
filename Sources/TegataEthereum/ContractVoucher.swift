internal import TegataCrypto
public import TegataSDJWT

/// A voucher that was checked: a card with this number exists, and its token is its holder's.
public struct ContractVoucher: Hashable, Sendable {
    /// The edition's digest, 32 bytes.
    public let edition: [UInt8]
    /// The card's number.
    public let serial: UInt32
    /// The address of the card's key.
    public let holder: EthereumAddress
    /// The last second in which a contract takes it.
    public let until: Int64

    /// Reads a voucher and checks it as a contract does.
    ///
    /// - Parameters:
    ///   - text: what `VoucherSigner` made.
    ///   - signer: whose vouchers count.
    ///   - domain: the contract that it has to be for.
    ///   - now: seconds since 1970.
    /// - Throws: `malformed`, `limitExceeded`; `typeMismatch` for other types or another domain; `signatureInvalid`;
    ///   `expired`.
    public init(
        parsing text: String, from signer: EthereumAddress, for domain: VoucherDomain, at now: Int64
    ) throws(Refusal) {
        guard text.utf8.count <= 64 * 1024 else { throw .limitExceeded }
        let voucher = try JSON(parsing: Array(text.utf8))
        guard voucher.object?.count == 2, let document = voucher["typedData"],
            let hexadecimal = voucher["signature"]?.string, hexadecimal.hasPrefix("0x"),
            let signature = Hex.decode(hexadecimal.dropFirst(2)), signature.count == 65,
            let message = document["message"], let encoded = message["edition"]?.string,
            encoded.hasPrefix("0x"), let edition = Hex.decode(encoded.dropFirst(2)),
            let serial = message["serial"]?.string.flatMap({ UInt32($0) }),
            let holder = message["holder"]?.string,
            let end = message["until"]?.string.flatMap({ Int64($0) })
        else { throw .malformed }
        self.edition = edition
        self.serial = serial
        self.holder = try EthereumAddress(parsing: holder)
        until = end
        let data = try Self.typedData(
            edition: edition, serial: serial, holder: self.holder, until: end, in: domain)
        // One way to say it: whatever else the document says, or leaves out, is another document.
        guard data.document == document else { throw .typeMismatch }
        guard (27...28).contains(signature[64]), let digest = FixedBytes<32>(data.digest),
            let bare = FixedBytes<64>(signature.dropLast()), Secp256k1.lowS(bare) == bare,
            let key = Secp256k1.PublicKey(
                recoveredFrom: bare.span, signature[64] - 27, forDigest: digest),
            EthereumAddress(key) == signer
        else { throw .signatureInvalid }
        guard now <= until else { throw .expired }
    }

    static func typedData(
        edition: [UInt8], serial: UInt32, holder: EthereumAddress, until: Int64,
        in domain: VoucherDomain
    ) throws(Refusal) -> TypedData {
        func member(_ name: String, _ type: String) -> JSON {
            ["name": .string(name), "type": .string(type)]
        }
        return try TypedData([
            "types": [
                "EIP712Domain": [
                    member("name", "string"), member("version", "string"),
                    member("chainId", "uint256"), member("verifyingContract", "address"),
                ],
                "Voucher": [
                    member("edition", "bytes32"), member("serial", "uint256"),
                    member("holder", "address"), member("until", "uint256"),
                ],
            ],
            "primaryType": "Voucher",
            "domain": [
                "name": "Tegata", "version": "1",
                "chainId": .number(JSONNumber(Int64(domain.chain))),
                "verifyingContract": .string(domain.contract.description),
            ],
            "message": [
                "edition": .string("0x" + Hex.encode(edition)),
                "serial": .string(String(serial)), "holder": .string(holder.description),
                "until": .string(String(until)),
            ],
        ])
    }
}
