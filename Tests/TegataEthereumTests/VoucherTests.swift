import Tegata
import TegataCrypto
import TegataEthereum
import TegataSDJWT
import TestSupport
import Testing

/// Vouchers for Ethereum (Spec/ethereum.md).
@Suite struct VoucherTests {
    private let signer: VoucherSigner
    private let domain: VoucherDomain
    private let now: Int64 = 1_795_392_000

    init() throws {
        domain = VoucherDomain(
            chain: 1, contract: EthereumAddress(Secp256k1.PrivateKey().publicKey))
        signer = VoucherSigner(key: Secp256k1.PrivateKey(), domain: domain)
    }

    private func check(_ text: String, at time: Int64? = nil) throws -> ContractVoucher {
        try ContractVoucher(parsing: text, from: signer.address, for: domain, at: time ?? now)
    }

    /// A card of a club that asks nobody for an ID card, with a voucher.
    private func issue(_ key: SigningKey, until end: Int64) async throws -> (Card, String) {
        let club = Issuer(at: "https://club.example", keys: .generate(), log: .inMemory())
        let edition = try await club.open(Edition("founders", limit: 500, nationalID: []))
        let member = Holder(key: key, secret: [1, 2, 3], clock: { SystemClock.now })
        let issued = try await club.issue(to: try await member.request(edition))
        let card = try member.accept(issued, from: club.profile)
        return (card, try signer.voucher(for: issued, from: club.profile, until: end))
    }

    @Test func `a card's voucher is good to the card's own key`() async throws {
        let key = Secp256k1.PrivateKey()
        let (card, text) = try await issue(.secp256k1(key), until: now + 60)
        let voucher = try check(text)
        #expect(voucher.serial == card.serial.number)
        #expect(voucher.holder == EthereumAddress(key.publicKey))
        #expect(voucher.edition.count == 32 && voucher.until == now + 60)
        #expect(throws: Refusal.expired) { try check(text, at: now + 61) }
        #expect(!text.contains(card.issuer), "nothing but numbers and an address")
    }

    @Test func `a card of another curve has none`() async throws {
        await #expect(throws: Refusal.unsupported) {
            try await issue(.p256(P256.PrivateKey()), until: now + 60)
        }
    }

    @Test func `another signer, contract, chain or word is refused`() async throws {
        let (_, text) = try await issue(.secp256k1(Secp256k1.PrivateKey()), until: now + 60)
        let stranger = EthereumAddress(Secp256k1.PrivateKey().publicKey)
        #expect(throws: Refusal.signatureInvalid) {
            try ContractVoucher(parsing: text, from: stranger, for: domain, at: now)
        }
        for other in [
            VoucherDomain(chain: 2, contract: domain.contract),
            VoucherDomain(chain: 1, contract: stranger),
        ] {
            #expect(throws: Refusal.typeMismatch) {
                try ContractVoucher(parsing: text, from: signer.address, for: other, at: now)
            }
        }
        let serial = #""serial":"1""#
        #expect(text.contains(serial))
        for (changed, reason) in [
            (text.replacing(serial, with: #""serial":"2""#), Refusal.signatureInvalid),
            (text.replacing(serial, with: #""serial":"01""#), .typeMismatch),
            (text.replacing(serial, with: #""serial":"0x1""#), .malformed),
            (text.replacing("uint256", with: "uint128"), .typeMismatch),
            (text.replacing(#""signature":"0x"#, with: #""signature":""#), .malformed),
            (text + " x", .malformed),
            (String(repeating: " ", count: 65_537) + text, .limitExceeded),
        ] {
            #expect(throws: reason) { try check(changed) }
        }
    }

    @Test func `every changed byte of a signature is refused, and its high twin too`() async throws
    {
        let (_, text) = try await issue(.secp256k1(Secp256k1.PrivateKey()), until: now + 60)
        let start = try #require(text.range(of: "0x", in: text.lastIndex(of: "\"")))
        let signature = try #require(Hex.decode(text[start.upperBound...].prefix(130)))
        func with(_ bytes: [UInt8]) -> String {
            text.replacing(Hex.encode(signature), with: Hex.encode(bytes))
        }
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1
            #expect(throws: Refusal.signatureInvalid) { try check(with(changed)) }
        }
        let s = Scalar(reducingBigEndian: Array(signature[32..<64]))
        let high = signature[..<32] + (-s).encoded + [55 - signature[64]]
        #expect(throws: Refusal.signatureInvalid) { try check(with(Array(high))) }
    }

    @Test func `a token's metadata says edition and number, in both languages, and nobody's name`()
        throws
    {
        let edition = try Edition("founders", limit: 500, nationalID: [])
        let metadata = TokenMetadata(
            edition, serial: try #require(Serial(7, within: edition.limit)), japanese: "会員証",
            english: "Membership card",
            image: "https://club.example/7.svg")
        let json = try JSON(parsing: Array(metadata.encoded.utf8))
        #expect(json["name"]?.string == "founders №7")
        #expect(json["description"]?.string == "会員証\nMembership card")
        #expect(json["attributes"]?[1]?["value"]?.integer == 7)
        #expect(json["attributes"]?[2]?["value"]?.string == "500")
    }
}

extension String {
    /// The last occurrence of `text` before `end`.
    fileprivate func range(of text: String, in end: Index?) -> Range<Index>? {
        guard let end else { return nil }
        return self[..<end].ranges(of: text).last
    }
}

/// EIP-712 and its parts, where the third-party vectors are silent.
@Suite struct TypedDataTests {
    private func document(
        _ type: String, _ value: String, extra: String = "", message: String = ""
    ) -> String {
        #"{"types":{"A":[{"name":"a","type":"\#(type)"}]\#(extra)},"primaryType":"A","domain":{"name":"d"},"message":{"a":\#(value)\#(message)}}"#
    }

    @Test(arguments: [
        ("uint8", "255"), ("uint8", "\"0xff\""), ("int8", "-128"), ("int8", "127"),
        ("bool", "true"),
        (
            "uint256",
            "\"115792089237316195423570985008687907853269984665640564039457584007913129639935\""
        ),
        ("bytes2", "\"0x0102\""), ("bytes", "\"0x\""), ("string", "\"\""), ("uint8[]", "[]"),
        ("uint8[2][]", "[[1,2],[3,4]]"), ("uint", "1"),
        ("address", "\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\""),
        ("address", "\"0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\""),
    ])
    func `a value that fits its type`(_ type: String, _ value: String) throws {
        #expect(try TypedData(parsing: document(type, value)).digest.count == 32)
    }

    @Test(arguments: [
        ("uint8", "256"), ("uint8", "-1"), ("int8", "128"), ("int8", "-129"), ("uint8", "1.5"),
        ("uint8", "1e2"), ("uint8", "\"\""), ("uint8", "\"0x\""), ("uint8", "\" 1\""),
        ("uint8", "\"１\""),
        ("uint8", "null"), ("uint8", "true"), ("bool", "1"), ("bool", "\"true\""),
        (
            "uint256",
            "\"115792089237316195423570985008687907853269984665640564039457584007913129639936\""
        ),
        ("bytes2", "\"0x01\""), ("bytes2", "\"0x010203\""), ("bytes", "\"01\""),
        ("bytes", "\"0x0\""),
        ("string", "1"), ("uint8[2]", "[1]"), ("uint8[2]", "[1,2,3]"), ("uint8[]", "1"),
        ("address", "\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed\""), ("address", "\"0x5a\""),
        ("uint7", "1"), ("uint08", "1"), ("uint264", "1"), ("bytes0", "\"0x\""),
        ("bytes33", "\"0x\""),
        ("Missing", "{}"), ("uint8[-1]", "[]"), ("uint8]", "[]"), ("[]", "[]"),
    ])
    func `a value or type that does not fit`(_ type: String, _ value: String) {
        #expect(throws: Refusal.malformed) { try TypedData(parsing: document(type, value)) }
    }

    @Test func `members too many, too few, twice, and structures without end`() throws {
        #expect(throws: Refusal.malformed) {
            try TypedData(parsing: document("uint8", "1", message: #","b":1"#))
        }
        #expect(throws: Refusal.malformed) {
            try TypedData(parsing: document("uint8", "1", message: #","a":1"#))
        }
        #expect(throws: Refusal.malformed) {
            try TypedData(parsing: document("uint8", "1", extra: #","A":[]"#))
        }
        // A structure inside itself has no end that JSON could reach without a list.
        let deep = String(repeating: #"{"a":["#, count: 20) + String(repeating: "]}", count: 20)
        #expect(throws: Refusal.limitExceeded) {
            try TypedData(parsing: document("A[]", "[\(deep)]"))
        }
    }
}
