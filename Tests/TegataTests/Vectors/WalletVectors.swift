import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import Tegata

/// A wallet under a passphrase and on its way to another device, sealed by the words of Spec/wallet.md and not by the code that is
/// tested: `wallets.json`. The parameters of scrypt are small.
func walletVectors(_ story: RoleStory) throws -> VectorFile {
    let moved = try MovedStory(story)
    var file = VectorFile(
        "wallets", "Wallets that move: Spec/wallet.md.",
        given: [
            "time": .whole(RoleStory.now), "passphrase": .string(MovedStory.passphrase),
            "e": .hex(moved.e.bytes.exposedBytes), "p": .hex(moved.p.bytes.exposedBytes),
            "code": .string(moved.code),
        ])
    let taken: JSONObject = [
        "serials": [.whole(Int64(moved.serial))], "issuers": [.string(story.issuer.id)],
        "verifiers": ["https://door.example"], "faults": [],
    ]
    func add(
        _ comment: String, _ bytes: [UInt8], _ expect: String = "ok", _ more: JSONObject = [:],
        output: JSONObject? = nil
    ) {
        var input: JSONObject = ["file": .hex(bytes)]
        for member in more.members { input.add(member.name, member.value) }
        file.add(
            "wallet-file", comment, input, expect: expect,
            output: expect == "ok" ? output ?? taken : [:])
    }
    let good = try moved.file(moved.document)
    add("one card, one visit", good)
    add("another passphrase", good, "unauthorized", ["passphrase": "correct horse battery"])
    add("a changed salt", Wrong.flip(good, 20), "unauthorized")
    add("a changed tag", Wrong.flip(good, good.count - 1), "unauthorized")
    add("a trailing byte", good + [0], "unauthorized")
    add("half of its header", Array(good.prefix(30)), "malformed")
    add("another name", Wrong.flip(good, 0), "malformed")
    for (logN, r, p) in [(21, 8, 1), (20, 16, 1), (0, 8, 1), (17, 8, 0), (16, 1, 1)]
        as [(UInt8, UInt8, UInt8)]
    {
        var costly = Array(good.prefix(60))
        costly.replaceSubrange(17..<20, with: [logN, r, p])
        add("N = 2^\(logN), r = \(r), p = \(p)", costly, "limit_exceeded")
    }
    let text = String(decoding: moved.document, as: UTF8.self)
    add(
        "a document of another version",
        try moved.file(Array(text.replacing(#""version":1"#, with: #""version":2"#).utf8)),
        "unsupported")
    add(
        "a card for a key that is not there",
        try moved.file(
            Array(
                text.replacing(#""keys":[{"#, with: #""keys":[0],"k":[{"#, maxReplacements: 1).utf8)
        ),
        output: [
            "serials": [], "issuers": [], "verifiers": ["https://door.example"],
            "faults": ["keys 0 malformed", "cards 0 holder_binding_missing"],
        ])
    let key = try Scrypt.derive(
        from: Array(MovedStory.passphrase.utf8), salt: MovedStory.salt, cost: moved.cost,
        count: 32)
    file.add(
        "wallet-key", "of the files above",
        ["salt": .hex(MovedStory.salt), "log_n": 4, "r": 8, "parallel": 2],
        output: ["key": .hex(key.exposedBytes)])
    try addMoves(moved, taken, &file)
    let kept = try moved.kept()
    func addKept(_ comment: String, _ bytes: [UInt8], _ expect: String = "ok", key: [UInt8]? = nil)
    {
        file.add(
            "wallet-kept", comment,
            ["file": .hex(bytes), "key": .hex(key ?? MovedStory.deviceKey)], expect: expect,
            output: expect == "ok" ? taken : [:])
    }
    addKept("on its device", kept)
    addKept("another key", kept, "unauthorized", key: Wrong.flip(MovedStory.deviceKey, 0))
    addKept("a key of 31 bytes", kept, "malformed", key: Array(MovedStory.deviceKey.dropLast()))
    addKept("a changed byte", Wrong.flip(kept, 100), "unauthorized")
    addKept("under a passphrase", good, "type_mismatch")
    try addLists(moved, story, &file)
    return file
}

private func addMoves(_ moved: MovedStory, _ taken: JSONObject, _ file: inout VectorFile) throws {
    let sent = try moved.sent()
    func add(
        _ comment: String, _ bytes: [UInt8], _ expect: String = "ok", _ more: JSONObject = [:]
    ) {
        var input = more
        for (name, value) in [
            ("file", JSON.hex(bytes)), ("offer", .string(moved.offer)),
            ("reveal", .string(moved.reveal)),
        ] { input.add(name, value) }
        var output = taken
        output.add("reply", .string(moved.reply))
        output.add("code", .string(moved.code))
        file.add(
            "wallet-move", comment, input, expect: expect, output: expect == "ok" ? output : [:])
    }
    add("to the new phone", sent)
    add("another code typed", sent, "unauthorized", ["code": "000000"])
    add("a changed byte", Wrong.flip(sent, 200), "unauthorized")
    add("to another phone", sent, "unauthorized", ["p": .hex(moved.e.bytes.exposedBytes)])
    add("under a passphrase", try moved.file(moved.document), "type_mismatch")
    add(
        "a key that was not promised", sent, "conflict",
        ["reveal": .string("TEGATA-MOVE-3:" + moved.reply.dropFirst("TEGATA-MOVE-2:".count))])
    add("a reply for a reveal", sent, "malformed", ["reveal": .string(moved.reply)])
}

/// A wallet with the card of `founders`, and two phones.
struct MovedStory {
    static let passphrase = "correct horse battery staple"
    static let salt = Array(SHA256.hash(Array("passphrase salt".utf8)).array.prefix(16))
    private static let nonce = Array(SHA256.hash(Array("box".utf8)).array.prefix(12))
    private static let magic = Array("tegata-wallet/1\n".utf8)

    let document: [UInt8]
    let serial: UInt32
    let cost: Scrypt.Cost
    let e: SecretScalar
    let p: SecretScalar

    init(_ story: RoleStory) throws {
        var story = story
        let issued = try story.issue(try story.ask())
        let (holder, profile) = (story.holder, story.issuer.profile)
        let card = try holder.accept(issued.encoded, from: profile)
        var wallet = Wallet(clock: { RoleStory.now })
        try wallet.keep(card, of: holder, from: profile)
        try wallet.record(
            ConsentRecord(
                json: [
                    "id": .bytes(Self.salt), "iat": .whole(RoleStory.now),
                    "verifier": "https://door.example", "authenticated": true,
                    "host": "door.example", "outcome": "shown",
                    "shown": [
                        [
                            "issuer": .string(card.issuer),
                            "edition": .bytes(story.founders.digest.array),
                            "serial": .whole(Int64(card.serial.number)), "claims": ["tier"],
                        ]
                    ],
                ]))
        document = try WalletDocument.encode(wallet)
        serial = card.serial.number
        guard let cost = Scrypt.Cost(logN: 4, r: 8, p: 2) else { throw Refusal.malformed }
        self.cost = cost
        var random = SeededRandomness("phones")
        e = .random(using: &random)
        p = .random(using: &random)
    }

    private func sealed(_ header: [UInt8], _ document: [UInt8], _ key: [UInt8]) throws -> [UInt8] {
        let box = try AESGCM.seal(
            document, key: key, nonce: Self.nonce, authenticating: [1] + header)
        return header + [1] + Self.nonce + box
    }

    func file(_ document: [UInt8]) throws -> [UInt8] {
        let key = try Scrypt.derive(
            from: Array(Self.passphrase.utf8), salt: Self.salt, cost: cost, count: 32)
        return try sealed(
            Self.magic + [1, cost.logN, cost.r, cost.p] + Self.salt, document, key.exposedBytes)
    }

    /// What the key storage of a device has.
    static let deviceKey = SHA256.hash(Array("device".utf8)).array

    func kept() throws -> [UInt8] {
        let key = try HKDF.derive(
            from: Self.deviceKey, salt: [], info: Array("TEGATA-V01/wallet-kept".utf8), count: 32)
        return try sealed(Self.magic + [3], document, key)
    }

    private var keys: [UInt8] { e.timesGenerator.encoded + p.timesGenerator.encoded }

    func sent() throws -> [UInt8] {
        let key = try HKDF.derive(
            from: p.timesGenerator.times(e).encoded, salt: [],
            info: Array("TEGATA-V01/wallet-device".utf8) + keys, count: 32)
        return try sealed(Self.magic + [2] + keys, document, key)
    }

    var offer: String {
        "TEGATA-MOVE-1:" + Base64URL.encode(SHA256.hash(e.timesGenerator.encoded).array)
    }
    var reply: String { "TEGATA-MOVE-2:" + Base64URL.encode(p.timesGenerator.encoded) }
    var reveal: String { "TEGATA-MOVE-3:" + Base64URL.encode(e.timesGenerator.encoded) }

    var code: String {
        var number = 0 as UInt64
        for byte in taggedHash("TEGATA-V01/wallet-code", keys).array.prefix(8) {
            number = number << 8 | UInt64(byte)
        }
        return String(String(1_000_000 + number % 1_000_000).dropFirst())
    }
}
