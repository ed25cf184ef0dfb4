import TegataCrypto
import TegataSDJWT
import TestSupport

@testable import Tegata

/// What is on its way, and what a shop took: files with these lists, and with one thing wrong in each.
func addLists(_ moved: MovedStory, _ story: RoleStory, _ file: inout VectorFile) throws {
    let lists = try ListStory(story)
    func add(
        _ comment: String, _ part: String = "", _ other: String = "", _ fault: String? = nil
    ) throws {
        let text = lists.document.replacing(part, with: other, maxReplacements: 1)
        guard part.isEmpty || text != lists.document else { throw Refusal.malformed }
        var output: JSONObject = [
            "serials": [7], "issuers": [.string(story.issuer.id)], "verifiers": [],
            "faults": fault.map { [.string($0)] } ?? [],
        ]
        if fault?.hasPrefix("answers") != true { output.add("answers", ["confirm"]) }
        if fault?.hasPrefix("vouchers") != true {
            output.add("vouchers", [.string(RidesStory.shops[0])])
        }
        if fault?.hasPrefix("proofs") != true { output.add("proofs", ["confirmed"]) }
        file.add(
            "wallet-file", comment, ["file": .hex(try moved.file(Array(text.utf8)))],
            output: output)
    }
    try add("an answer on its way, a ride, and the proof of a notice")
    try add(
        "an answer to another issuer", lists.answer, lists.elsewhere, "answers 0 issuer_untrusted")
    try add(
        "another answer's signature", lists.answer, lists.foreign, "answers 0 signature_invalid")
    try add(
        "a voucher for another shop", #""verifier":"https://taxi"#, #""verifier":"https://inn"#,
        "vouchers 0 holder_binding_invalid")
    try add(
        "another voucher's receipt", lists.receipt, lists.otherReceipt, "vouchers 0 conflict")
    try add(
        "the proof of another card's notice",
        #""proofs":[{"edition":"\#(lists.edition)","serial":7"#,
        #""proofs":[{"edition":"\#(lists.edition)","serial":8"#, "proofs 0 type_mismatch")
    try add("half a proof", lists.proof, "{}", "proofs 0 malformed")
}

/// A wallet with the card that rides, an answer on its way and what the taxi took.
private struct ListStory {
    let document: String
    let answer: String
    let elsewhere: String
    let foreign: String
    let receipt: String
    let otherReceipt: String
    /// As it stands in the document.
    let proof: String
    /// The digest of the card's edition.
    let edition: String

    init(_ story: RoleStory) throws {
        var story = story
        let told = try ToldStory(&story)
        let rides = try RidesStory(story)
        let profile = story.issuer.profile
        let taxi = Shop(
            at: RidesStory.shops[0], key: .secp256k1(story.kioskKey), trusting: profile,
            store: .inMemory(), book: .inMemory(), clock: { RoleStory.now })
        func receipt(_ voucher: String) throws -> String {
            try taxi.receipt(
                for: Voucher(
                    parsing: voucher, for: taxi.id, under: rides.terms, from: profile,
                    at: RoleStory.now, age: 300), under: rides.terms,
                BilingualText(ja: "乗車1回", en: "One ride"))
        }
        func answer(to issuer: String) throws -> String {
            let payload: JSON = [
                "aud": .string(issuer),
                "notice": .bytes(SHA256.hash(Array("notice".utf8)).array), "answer": "confirm",
                "iat": .whole(RoleStory.now),
            ]
            return String(
                decoding: try CompactJWS.sign(
                    payload: payload.encoded, type: "tegata-notice-answer+jwt",
                    by: story.holderKey, embedding: story.holderKey.verifyingKey), as: UTF8.self)
        }
        let voucher = try rides.voucher(at: taxi.id, "one")
        self.receipt = try receipt(voucher)
        otherReceipt = try receipt(try rides.voucher(at: taxi.id, "two"))
        self.answer = try answer(to: story.issuer.id)
        elsewhere = try answer(to: "https://city.example")
        let signed = { (text: String) in text.split(separator: ".") }
        foreign = (signed(self.answer).prefix(2) + signed(elsewhere).suffix(1))
            .joined(separator: ".")
        var wallet = Wallet(clock: { RoleStory.now })
        try wallet.keep(rides.card, of: story.holder, from: profile)
        _ = try wallet.keep(answer: self.answer, of: rides.card)
        try wallet.keep(
            receipt: self.receipt, for: voucher, of: rides.card, under: rides.terms,
            from: taxi.profile)
        try wallet.keep(proof: told.confirmed, of: rides.card)
        proof = String(JSON.string(told.confirmed).text.dropFirst().dropLast())
        edition = Base64URL.encode(story.founders.digest.array)
        document = String(decoding: try WalletDocument.encode(wallet), as: UTF8.self)
    }
}
