import Tegata
import TegataCrypto
import TegataSDJWT
import Testing

/// The twelve digits have no way into a card or an edition, but by the issuer's word that they are something else.
@Suite struct AttackNumberTests {
    // Made up here, with a valid check digit.
    static let number = "123456789018"

    static let hidden: [(String, JSON)] = [
        ("text", .string(number)), ("inside a text", "my number is 1234-5678-9018, thanks"),
        ("full width", "１２３４５６７８９０１８"), ("number", 123_456_789_018),
        ("negative", -123_456_789_018), ("list", ["x", .string(number)]),
        ("nested list", [[[.string(number)]]]), ("member", ["a": ["b": .string(number)]]),
        ("member name", ["a": ["123456789018": 1]]), ("number in a list", [1, 123_456_789_018]),
        ("cut into a list", ["1234", "5678", "9018"]), ("cut into numbers", [1234, 5678, 9018]),
        ("digits in a list", [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 8]),
        ("leading zero lost", 12_345_678_903), ("with a fraction", .number(fraction)),
        ("with an exponent", .number(exponent)),
    ]
    static let fraction = JSONNumber(123_456_789_018.5) ?? JSONNumber(0)
    static let exponent = JSONNumber(1.23456789018e11) ?? JSONNumber(0)

    @Test(arguments: hidden.map(\.0))
    func `a claim that could be the number is refused by its name`(form: String) async throws {
        let world = try await World.secp256k1.value
        let request = try await world.holder.request(world.visitors)
        let value = try #require(Self.hidden.first { $0.0 == form }?.1)
        for claim in [Claim.open(value), .selective(value)] {
            await #expect(throws: IssuingError.looksLikeIDNumber(claim: "note"), "\(form)") {
                _ = try await world.issuer.issue(
                    to: request, claims: Claims([("ok", "fine"), ("note", claim)]))
            }
        }
        // The refusal used nothing up, and the issuer may vouch for the value by its type.
        let issued = try await world.issuer.issue(
            to: request, claims: ["note": .notAnIDNumber(.selective(value))])
        let card = try world.holder.accept(issued, from: world.issuer.profile)
        #expect(card.claims["note"] == value)
        #expect(card.selectiveClaims == ["note"])
    }

    @Test func `the name of a claim cannot be it, not even by the issuer's word`() async throws {
        let world = try await World.secp256k1.value
        let request = try await world.holder.request(world.visitors)
        for claim in [Claim.open(1), .notAnIDNumber(.open(1))] {
            await #expect(throws: IssuingError.looksLikeIDNumber(claim: Self.number)) {
                _ = try await world.issuer.issue(
                    to: request, claims: Claims([(Self.number, claim)]))
            }
        }
    }

    @Test func `no text of an edition can hold it`() throws {
        typealias Plan = () throws -> Edition
        let plans: [(String, Plan)] = [
            ("id", { try Edition("c-123456789018", limit: 1) }),
            ("title", { try Edition("e", limit: 1, title: ["ja": "会員 １２３４ ５６７８ ９０１８"]) }),
            ("title", { try Edition("e", limit: 1, title: [Self.number: "x"]) }),
            ("description", { try Edition("e", limit: 1, description: ["en": Self.number]) }),
            ("benefits", { try Edition("e", limit: 1, benefits: ["library", "1234.5678.9018"]) }),
        ]
        for (field, plan) in plans {
            #expect(throws: EditionError.looksLikeIDNumber(field: field)) { try plan() }
        }
        #expect(throws: Never.self) {
            try Edition("e", limit: 1, title: ["ja": "創設会員 2026"], benefits: ["A-17"])
        }
    }
}
