import TegataCrypto
import TegataSDJWT
import Testing

@Suite struct StatusListTests {
    private static let uri = "https://club.example/status"

    private func token(
        _ payload: String, type: String = StatusListToken.type, by key: SigningKey = Sample.issuer
    ) throws -> StatusListToken {
        try StatusListToken(
            parsing: try CompactJWS.sign(
                payload: Array(payload.utf8), type: type, by: key),
            from: Self.uri,
            by: Sample.issuer.verifyingKey)
    }

    private static func payload(
        sub: String = #""\#(uri)""#, iat: String = "1000", bits: String = "1", list: String = lst,
        more: String = ""
    ) -> String {
        #"{"sub":\#(sub),"iat":\#(iat),"status_list":{"bits":\#(bits),"lst":"\#(list)"}\#(more)}"#
    }

    private static let lst = Base64URL.encode(Zlib.deflate([UInt8](repeating: 0xB9, count: 100)))

    @Test(arguments: [1, 2, 4, 8]) func `what is set is read, and nothing else changes`(_ bits: Int)
        throws
    {
        var list = try #require(StatusList(bits: bits, count: 1_000))
        var expected = [UInt8](repeating: 0, count: list.count)
        for index in stride(from: 0, to: 1_000, by: 7) {
            let value = UInt8(index % (1 << bits))
            let isSet = list.set(index, to: TokenStatus(checking: value))
            #expect(isSet)
            expected[index] = value
        }
        #expect((0..<list.count).map { list[$0]?.value } == expected)
        #expect(list[-1] == nil && list[list.count] == nil)
        let isTooWide = !list.set(0, to: .other(0xFF))
        #expect(isTooWide == (bits < 8))
        list.set(0, to: .valid)
        let text = try StatusListToken.sign(
            list, uri: Self.uri, issuedAt: 5, expiresAt: 10, timeToLive: 3, by: Sample.issuer)
        let token = try StatusListToken(
            parsing: text, from: Self.uri, by: Sample.issuer.verifyingKey)
        #expect(token.list == list && token.expiresAt == 10 && token.timeToLive == 3)
    }

    @Test func `the first status is in the lowest bit`() throws {
        let list = try token(Self.payload()).list
        #expect((0..<8).map { list[$0]?.value } == [1, 0, 0, 1, 1, 1, 0, 1])
    }

    @Test func `a list that inflates without end (A104)`() {
        let bomb = Base64URL.encode(Zlib.deflate([UInt8](repeating: 0, count: (16 << 20) + 1)))
        #expect(throws: Refusal.limitExceeded) { try token(Self.payload(list: bomb)) }
    }

    @Test(arguments: ["-1", "1.5", #""1""#, "null", "4294967296", "1e2"])
    func `an index that is none (A105)`(_ index: String) throws {
        let payload = Sample.payload(#""status":{"status_list":{"idx":\#(index),"uri":"u"}}"#)
        let card = try Sample.verify(Sample.token(payload))
        #expect(throws: Refusal.malformed) { try card.statusReference() }
    }

    @Test func `an index outside the list (A105)`() throws {
        let list = try token(Self.payload())
        #expect(throws: Refusal.statusUnknown) {
            try list.status(at: 800, now: 1_000, maximumAge: 60)
        }
        #expect(throws: Refusal.statusUnknown) {
            try list.status(at: -1, now: 1_000, maximumAge: 60)
        }
    }

    @Test func `a status by another mechanism is not a valid one`() throws {
        let card = try Sample.verify(Sample.token(Sample.payload(#""status":{"other":{}}"#)))
        #expect(throws: Refusal.statusUnknown) { try card.statusReference() }
        let none = try Sample.verify(Sample.token(Sample.payload("")))
        #expect(try none.statusReference() == nil)
    }

    @Test func `another signer, another list, another kind (A106)`() {
        #expect(throws: Refusal.statusUnknown) { try token(Self.payload(), by: Sample.stranger) }
        #expect(throws: Refusal.statusUnknown) {
            try token(Self.payload(sub: #""https://club.example/other""#))
        }
        #expect(throws: Refusal.statusUnknown) { try token(Self.payload(), type: "dc+sd-jwt") }
        #expect(throws: Refusal.statusUnknown) { try token(Self.payload(), type: "statuslist+cwt") }
    }

    @Test func `an unsigned list (A01)`() {
        let header = Base64URL.encode(Array(#"{"alg":"none","typ":"statuslist+jwt"}"#.utf8))
        let text = header + "." + Base64URL.encode(Array(Self.payload().utf8)) + "."
        #expect(throws: Refusal.unsupported) {
            try StatusListToken(
                parsing: Array(text.utf8), from: Self.uri, by: Sample.issuer.verifyingKey)
        }
    }

    @Test func `an old list (A107)`() throws {
        let list = try token(Self.payload(more: #","exp":2000"#))
        #expect(try list.status(at: 1, now: 1_000, maximumAge: 600) == .valid)
        for now in [939, 1_661, 2_060] as [Int64] {
            #expect(throws: Refusal.statusUnknown) {
                try list.status(at: 1, now: now, maximumAge: 600)
            }
        }
        #expect(throws: Refusal.statusUnknown) {
            try list.status(at: 1, now: 2_060, maximumAge: 10_000)
        }
    }

    @Test(arguments: ["0", "3", "16", "-1", #""1""#, "1.0", "null", "9223372036854775807"])
    func `bits that are none (A109)`(_ bits: String) {
        #expect(throws: Refusal.malformed) { try token(Self.payload(bits: bits)) }
    }

    @Test(arguments: [
        payload(sub: "1"), payload(iat: #""1""#), payload(iat: "1.5"), payload(list: "!"),
        payload(list: "AAAA"),
        payload(more: #","ttl":0"#), payload(more: #","ttl":-1"#), payload(more: #","exp":"x""#),
        "[]", "{}",
        #"{"sub":"\#(uri)","iat":1}"#, payload(more: #","iat":1"#),
    ])
    func `a list in the wrong form (A32, A117)`(_ payload: String) {
        #expect(throws: Refusal.malformed) { try token(payload) }
    }

    @Test func `only zero is valid (A109)`() {
        #expect(throws: Never.self) { try TokenStatus.valid.requireValid() }
        #expect(throws: Refusal.revoked) { try TokenStatus.invalid.requireValid() }
        #expect(throws: Refusal.suspended) { try TokenStatus.suspended.requireValid() }
        for value in 3...UInt8.max {
            #expect(throws: Refusal.statusUnknown) {
                try TokenStatus(checking: value).requireValid()
            }
        }
    }
}
