import TegataCrypto
import TegataLog
import TegataSDJWT
import TestSupport

@testable import Tegata

/// A notice, what becomes of it, and documents that prove it: `notices.json`.
func noticeVectors(_ story: RoleStory) throws -> VectorFile {
    var story = story
    let told = try ToldStory(&story)
    var file = VectorFile(
        "notices", "Notices and the documents that prove them: Spec/notice.md.",
        given: ["profile": .string(story.issuer.profile.encoded)])
    file.add(
        "notice", "twelve thousand yen, in both languages", ["notice": .string(told.notice.text)],
        output: [
            "id": .hex(told.notice.id.array), "serial": 7, "title": "Heating allowance",
            "deadline": .whole(RoleStory.now + 86_400), "amount": 12_000,
        ])
    let stranger = SigningKey.secp256k1(story.attestorKey)
    for (comment, reason, change) in told.changes {
        var forgery = try TokenForgery(told.notice.text)
        change(&forgery)
        file.add(
            "notice", comment, ["notice": .string(try forgery.signed(by: story.issuer.keys.card))],
            expect: reason)
    }
    let forged = try TokenForgery(told.notice.text).signed(by: stranger)
    file.add(
        "notice", "another signer", ["notice": .string(forged)], expect: "signature_invalid")
    addProofs(told, story, &file)
    return file
}

private func addProofs(_ told: ToldStory, _ story: RoleStory, _ file: inout VectorFile) {
    for (comment, document, state) in [
        ("confirmed", told.confirmed, "confirmed"), ("withdrawn", told.withdrawn, "withdrawn"),
    ] {
        file.add(
            "notice-proof", comment, ["document": .string(document)],
            output: [
                "id": .hex(told.notice.id.array), "state": .string(state),
                "time": .whole(RoleStory.now + (state == "confirmed" ? 60 : 120)),
            ])
    }
    let (first, second) = (told.confirmed, told.withdrawn)
    func moved(_ name: String) -> String {
        guard let one = try? JSON(parsing: Array(first.utf8)).object,
            let other = try? JSON(parsing: Array(second.utf8))[name]
        else { return "" }
        var object = JSONObject()
        for member in one.members {
            object.add(member.name, member.name == name ? other : member.value)
        }
        return JSON.object(object).text
    }
    file.add(
        "notice-proof", "the log proof of something else", ["document": .string(moved("proofs"))],
        expect: "log_proof_invalid")
    file.add(
        "notice-proof", "another word in the answer",
        [
            "document": .string(
                first.replacing(told.answer, with: told.otherAnswer))
        ], expect: "conflict")
    file.add("notice-proof", "half of it", ["document": "{}"], expect: "malformed")
}

/// A notice to serial 7, in a log of its own with a receipt or a withdrawal behind it.
struct ToldStory {
    let notice: NoticeDraft.Signed
    let answer: String
    let otherAnswer: String
    let confirmed: String
    let withdrawn: String

    init(_ story: inout RoleStory) throws {
        let (issuer, edition, holder) = (story.issuer, story.founders, story.holder)
        let programme = try Programme(
            "heating-2026", office: BilingualText(ja: "福祉課", en: "Welfare office"),
            title: BilingualText(ja: "灯油代の給付", en: "Heating allowance"),
            basis: BilingualText(ja: "条例第5号", en: "Ordinance 5"),
            text: BilingualText(ja: "ご確認ください。", en: "Please confirm."),
            deadline: RoleStory.now + 86_400)
        guard let serial = Serial(7, within: .unlimited) else { throw Refusal.malformed }
        notice = try NoticeWriter(
            programme, of: issuer.id, edition: edition, by: issuer.keys.card, at: RoleStory.now
        ).sign(
            NoticeDraft(
                "case 1", to: .card(serial: serial, key: holder.publicKey.thumbprintBytes),
                benefit: .amount(12_000, currency: "JPY")), using: &story.random)
        let read = try Notice(parsing: notice.text, from: issuer.profile)
        answer = try holder.answer(.confirm, to: read)
        otherAnswer = try holder.answer(.refuse, to: read)
        let receipt = try NoticeReceipt(
            issuer: issuer.id, time: RoleStory.now + 60, notice: notice.id,
            answer: LoggedDocument.digest(of: answer), word: .confirm
        ).signed(by: issuer.letters)
        let withdrawal = try NoticeWithdrawal(
            issuer: issuer.id, time: RoleStory.now + 120, notice: notice.id,
            reason: BilingualText(ja: "誤り", en: "A mistake"), replacedBy: nil
        ).signed(by: issuer.letters)
        let salts: [FixedBytes<32>] = [story.random.fixed(), story.random.fixed()]
        confirmed = try Self.document(
            story, notice,
            .receipt(
                ReceiptMemo(
                    salt: salts[0], notice: notice.id, word: .confirm, time: RoleStory.now + 60,
                    answer: answer, receipt: receipt)),
            LoggedDocument.entry(.receipt, edition.digest, salt: salts[0], receipt))
        withdrawn = try Self.document(
            story, notice,
            .withdrawal(
                WithdrawalMemo(
                    salt: salts[1], notice: notice.id, successor: nil, time: RoleStory.now + 120,
                    text: withdrawal)),
            LoggedDocument.entry(.withdrawal, edition.digest, salt: salts[1], withdrawal))
    }

    /// The document over a log of two entries.
    private static func document(
        _ story: RoleStory, _ notice: NoticeDraft.Signed, _ decision: RegisterMemo,
        _ entry: LogEntry
    ) throws -> String {
        let digest = story.founders.digest
        let first = LoggedDocument.entry(
            .notice, digest, salt: notice.salt, digest: notice.id)
        var tree = MerkleTree()
        for entry in [first, entry] { tree.append(TreeHash(leaf: entry.encoded)) }
        let note = try Checkpoint(
            origin: story.issuer.logSigner.key.name, size: 2, root: tree.root
        ).signed(by: story.issuer.logSigner)
        func proof(_ index: UInt64) throws -> LogProof {
            LogProof(
                index: index, path: try tree.inclusionProof(of: index, at: 2).path, note: note)
        }
        let memo = NoticeMemo(
            salt: notice.salt, reference: notice.reference, content: notice.content,
            programme: notice.programme, addressing: notice.addressing,
            payment: SHA256.hash([]), serial: 7, commitment: FixedBytes(), address: FixedBytes(),
            time: notice.time, deadline: notice.deadline, replaces: nil, text: notice.text)
        return try NoticeProof.encode(
            of: story.issuer.id, edition: story.founders.edition.id, memo, try proof(0), decision,
            try proof(1))
    }

    /// What other implementers get wrong most easily.
    var changes: [(String, String, (inout TokenForgery) -> Void)] {
        [
            (
                "another kind of text", "type_mismatch",
                { $0.header["typ"] = "\"tegata-receipt+jwt\"" }
            ),
            (
                "another issuer's name", "issuer_untrusted",
                { $0.payload["iss"] = "\"https://bank.example\"" }
            ),
            (
                "one language", "malformed",
                {
                    $0.payload["programme"] = $0.payload["programme"]?.replacing(
                        #""ja":"福祉課","#, with: "")
                }
            ),
            (
                "a text that turns round", "malformed",
                {
                    $0.payload["programme"] = $0.payload["programme"]?.replacing(
                        "Heating", with: "\\u202eHeating")
                }
            ),
            (
                "a text without width", "malformed",
                {
                    $0.payload["programme"] = $0.payload["programme"]?.replacing(
                        "Heating", with: "Heat\\u200bing")
                }
            ),
            (
                "a line feed in a title", "malformed",
                {
                    $0.payload["programme"] = $0.payload["programme"]?.replacing(
                        "Heating", with: "Heating\\n")
                }
            ),
            (
                "an amount below nothing", "malformed",
                { $0.payload["benefit"] = #"{"amount":-1,"currency":"JPY"}"# }
            ),
            (
                "a nonce of 15 bytes", "malformed",
                { $0.payload["nonce"] = "\"AAAAAAAAAAAAAAAAAAAA\"" }
            ),
            (
                "serial 0", "malformed",
                {
                    $0.payload["to"] = $0.payload["to"]?.replacing(
                        "\"serial\":7", with: "\"serial\":0")
                }
            ),
        ]
    }
}
