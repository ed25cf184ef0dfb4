public import Tegata
public import TegataCrypto
public import TegataSDJWT

/// Where vouchers are good: one contract on one chain.
public struct VoucherDomain: Hashable, Sendable {
    /// The chain's number (EIP-155).
    public let chain: UInt32
    /// The contract.
    public let contract: EthereumAddress

    /// This contract on this chain.
    public init(chain: UInt32, contract: EthereumAddress) {
        self.chain = chain
        self.contract = contract
    }
}

/// Gives cards vouchers that a contract checks with `ecrecover` (Spec/ethereum.md). Optional: no card needs one.
///
/// Its key is for vouchers alone. Whoever steals it can mint tokens of the contract; they cannot make a card.
public struct VoucherSigner: Sendable {
    private let key: Secp256k1.PrivateKey
    /// Where its vouchers are good.
    public let domain: VoucherDomain

    /// A signer with a key that signs nothing else.
    public init(key: Secp256k1.PrivateKey, domain: VoucherDomain) {
        self.key = key
        self.domain = domain
    }

    /// Whose signature the contract asks for.
    public var address: EthereumAddress { EthereumAddress(key.publicKey) }

    /// The voucher for a card, good to the card's own key until `end`, seconds since 1970.
    ///
    /// - Parameters:
    ///   - issued: what `Issuer.issue` answered; it is checked as a holder checks it.
    ///   - profile: the issuer's.
    ///   - end: the last second in which a contract takes it.
    /// - Returns: JSON text: the typed data, and its signature.
    /// - Throws: `unsupported` for a card whose key is not of secp256k1; else as `Holder.accept`.
    public func voucher(
        for issued: String, from profile: IssuerProfile, until end: Int64
    ) throws(Refusal) -> String {
        try voucher(for: profile.check(issued: issued), until: end)
    }

    package func voucher(
        for card: IssuedCardFacts, until end: Int64
    ) throws(Refusal) -> String {
        guard let holder = card.secp256k1Key else { throw .unsupported }
        guard end > 0 else { throw .expired }
        let data = try ContractVoucher.typedData(
            edition: card.edition, serial: card.serial, holder: EthereumAddress(holder),
            until: end, in: domain)
        guard let digest = FixedBytes<32>(data.digest) else { throw .malformed }
        let (signature, recovery) = key.recoverableSignature(forDigest: digest)
        let text = "0x" + Hex.encode(signature.array + [27 + recovery])
        let voucher: JSON = ["typedData": data.document, "signature": .string(text)]
        return String(decoding: voucher.encoded, as: UTF8.self)
    }
}
