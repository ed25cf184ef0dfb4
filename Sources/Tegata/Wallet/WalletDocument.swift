internal import TegataCrypto
internal import TegataSDJWT

/// A wallet as JSON, before it is sealed and after it was opened (Spec/wallet.md, "The document"). What is read here is believed by
/// nobody: `Wallet.merge` checks it.
struct WalletDocument {
    static let maximumSize = 16 << 20
    private static let limits = JSONLimits(values: 1 << 20, bytes: maximumSize)

    let json: JSON

    /// - Throws: `limitExceeded` for a wallet that is too large to be read again.
    static func encode(_ wallet: Wallet) throws(Refusal) -> [UInt8] {
        let places = wallet.uses.sorted { left, right in
            (left.key.edition.array + bigEndian(left.key.serial)).lexicographicallyPrecedes(
                right.key.edition.array + bigEndian(right.key.serial))
        }
        var json: JSONObject = [
            "version": 1, "made": .whole(wallet.clock()),
            "keys": .array(wallet.holders.compactMap(\.key.privateJWK).map(JSON.object)),
            "issuers": .array(wallet.issuers.map(\.json)),
            "cards": .array(
                try wallet.kept.map { kept throws(Refusal) in
                    [
                        "issuer": .string(kept.card.issuer), "key": .string(kept.key.thumbprint),
                        "issued": try JSON.message(kept.card.exposedEncoding, limit: 512 * 1024),
                    ]
                }),
            "uses": .array(
                places.map { place, uses in .object(place.members(uses.json.object ?? [:])) }),
            "inboxes": .array(wallet.inboxes.map(\.json)),
            "receipts": .array(
                wallet.receipts.map { receipt in
                    .object(
                        receipt.place.members([
                            "issuer": .string(receipt.issuer), "answer": .string(receipt.answer),
                            "receipt": .string(receipt.receipt),
                        ]))
                }),
            "history": .array(wallet.history.map(\.json)),
        ]
        // Files of before these lists are read as having none, and a wallet that has none writes as before.
        for (list, values) in [
            (List.answers, wallet.answers.map(\.json)), (.vouchers, wallet.vouchers.map(\.json)),
            (.proofs, wallet.proofs.map(\.json)),
        ] where !values.isEmpty {
            json.add(list.rawValue, .array(values))
        }
        let bytes = JSON.object(json).encoded
        // What cannot be read again is no copy: the reader's limits are asked before anybody relies on it.
        _ = try WalletDocument(parsing: bytes)
        return bytes
    }

    /// - Throws: `malformed`, `limitExceeded`; `unsupported` for another version.
    init(parsing bytes: [UInt8]) throws(Refusal) {
        guard bytes.count <= Self.maximumSize else { throw .limitExceeded }
        json = try JSON(parsing: bytes, limits: Self.limits)
        guard json.object != nil else { throw .malformed }
        guard try json.required("version").time() == 1 else { throw .unsupported }
        for list in List.allCases { _ = try elements(list) }
    }

    /// The lists of a document.
    typealias List = WalletImport.List

    func elements(_ list: List) throws(Refusal) -> [JSON] {
        guard !list.isOptional || json[list.rawValue] != nil else { return [] }
        return try json.required(list.rawValue).elements(atMost: list.limit)
    }
}

extension WalletImport.List {
    fileprivate var limit: Int {
        switch self {
        case .keys, .cards, .uses: Wallet.maximumCards
        case .issuers, .inboxes: Wallet.maximumIssuers
        case .receipts, .history: Wallet.maximumRecords
        case .answers: Wallet.maximumAnswers
        case .vouchers: Wallet.maximumVouchers
        case .proofs: Wallet.maximumProofs
        }
    }

    /// Whether a document may go without it.
    fileprivate var isOptional: Bool { [.answers, .vouchers, .proofs].contains(self) }
}

/// A card in a document: what its issuer answered, and the key that it says to be bound to.
struct WrittenCard {
    let issuer: String
    let key: String
    let issued: String

    init(json: JSON) throws(Refusal) {
        issuer = try json.required("issuer").text(atMost: 2048)
        key = try json.required("key").text(atMost: 64)
        issued = try json.required("issued").text
    }
}

/// A receipt in a document, and the answer that it is said to be for.
struct WrittenReceipt {
    let place: CardPlace
    let issuer: String
    let answer: String
    let receipt: String

    init(json: JSON) throws(Refusal) {
        place = try CardPlace(json: json)
        issuer = try json.required("issuer").text(atMost: 2048)
        answer = try json.required("answer").text(atMost: NoticeAnswer.maximumSize)
        receipt = try json.required("receipt").text(atMost: 4096)
    }
}

extension SigningKey {
    /// The 32 secret bytes; `nil` for a key that is kept elsewhere.
    var portableSecret: [UInt8]? {
        switch self {
        case .secp256k1(let key): key.exposedRawRepresentation
        case .p256(let key): key.rawRepresentation
        case .external: nil
        }
    }

    /// The key as a private JWK (RFC 7517, RFC 7518 §6.2.2).
    var privateJWK: JSONObject? {
        guard let secret = portableSecret else { return nil }
        var object = verifyingKey.jwk
        object.add("d", .bytes(secret))
        return object
    }

    /// Reads a private JWK.
    ///
    /// - Throws: `unsupported` for another curve, `malformed` for a `d` that is no key, or not the one of `x` and `y`.
    init(privateJWK json: JSON) throws(Refusal) {
        let secret = try json.required("d").bytes()
        do throws(CryptoError) {
            switch json["crv"]?.string {
            case "secp256k1": self = .secp256k1(try Secp256k1.PrivateKey(rawRepresentation: secret))
            case "P-256": self = .p256(try P256.PrivateKey(rawRepresentation: secret))
            default: throw CryptoError.invalidKey
            }
        } catch {
            throw error == .invalidKey ? .unsupported : .malformed
        }
        for member in verifyingKey.jwk.members where json[member.name] != member.value {
            throw .malformed
        }
    }
}
