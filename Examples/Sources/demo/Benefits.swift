import Tegata

/// What a card is for: a notice that is told, confirmed and proven, and rides that are counted once.
struct Benefits {
    let stage: Stage
    let city: Issuer
    let edition: OpenEdition
    let card: Card
    let wallet: Holder

    func tell() async throws {
        stage.act("市の通知：読み、確かめ、控えを残す", "A notice from the city: read, confirmed, kept")
        let programme = try Programme(
            "heating-2026", office: BilingualText(ja: "福祉課", en: "Welfare office"),
            title: BilingualText(ja: "灯油代の給付", en: "Heating allowance"),
            basis: BilingualText(ja: "条例第5号", en: "Ordinance 5"),
            text: BilingualText(
                ja: "内容をご確認のうえ、お答えください。", en: "Please read this and answer."),
            deadline: 4_000_000_000)
        let address = try await city.address(ofCard: card.serial.number, in: edition)
        let notice = try await stage.time("通知に署名し、記録する", "the notice is signed and logged") {
            try await city.notify(
                [NoticeDraft("case 1", to: address, benefit: .amount(12_000, currency: "JPY"))],
                about: programme, in: edition)[0]
        }
        try await confirm(try await city.text(of: notice))
        let second = try await city.notify(
            [NoticeDraft("case 1, again", to: address)], about: programme, in: edition)[0]
        var inbox = NoticeInbox(of: city.id)
        let greedy = try wallet.answer(
            .confirm, to: try read(try await city.text(of: second), in: &inbox))
        try await stage.refused(
            "同じ給付をもう一度", "the same allowance a second time", for: .alreadyClaimed
        ) {
            _ = try await city.settle(answer: greedy)
        }
        try await ride()
    }

    private func read(_ text: String, in inbox: inout NoticeInbox) throws -> Notice {
        try inbox.receive(text, for: card, of: wallet, from: city.profile)
    }

    private func confirm(_ text: String) async throws {
        var inbox = NoticeInbox(of: city.id)
        let forged = text.dropLast(8) + "AAAAAAAA"
        try await stage.refused(
            "偽の通知は、見せる前に", "a forged notice, before anybody reads it",
            for: .signatureInvalid
        ) {
            _ = try read(String(forged), in: &inbox)
        }
        let notice = try read(text, in: &inbox)
        stage.say(
            "財布が見せる: \(notice.title.ja)、\(notice.office.ja)、\(notice.basis.ja)",
            "the wallet shows: \(notice.title.en), \(notice.office.en), \(notice.basis.en)")
        let answer = try await stage.time("会員が確認する", "the holder confirms") {
            try wallet.answer(.confirm, to: notice)
        }
        let receipt = try await stage.time("市が受領証を出す", "the city gives a receipt") {
            try await city.settle(answer: answer)
        }
        try inbox.keep(receipt: receipt, for: answer, from: city.profile)
        let document = try await stage.time("何年でも手元に残る証明", "the proof that is kept for years") {
            try await city.proof(of: notice.id)
        }
        let proof = try NoticeProof(parsing: document, from: city.profile)
        stage.say("通信なしで確認: \(proof.state)", "checked without a network: \(proof.state)")
    }

    private func ride() async throws {
        stage.act("タクシー二回、ちょうど二回", "Two taxi rides, and exactly two")
        let rides = try Entitlement(
            "taxi", title: BilingualText(ja: "タクシー券", en: "Taxi rides"), count: 2,
            windows: [1_700_000_000, 4_000_000_000], shops: ["https://taxi.example"])
        let terms = try EntitlementTerms(
            parsing: city.terms(of: rides, in: edition), from: city.profile)
        let taxi = Shop(
            at: "https://taxi.example", key: .secp256k1(Secp256k1.PrivateKey()),
            trusting: city.profile, store: .inMemory(), book: .inMemory())
        var uses = EntitlementUses()
        for number in 1...3 {
            let voucher = try wallet.use(
                try await taxi.ask(for: terms), of: terms, with: card, from: taxi.profile,
                in: &uses)
            guard number < 3 else {
                try await stage.refused("三回目", "the third ride", for: .soldOut) {
                    _ = try await city.count(voucher, from: taxi.id, under: terms)
                }
                return try await stay()
            }
            let taken = try await taxi.take(voucher, under: terms) { _ in }
            _ = try await stage.time("\(number) 回目を市が数える", "the city counts ride \(number)") {
                try await city.count(voucher, from: taxi.id, under: terms)
            }
            let receipt = try taxi.receipt(
                for: taken, under: terms, BilingualText(ja: "乗車1回", en: "One ride"))
            let kept = try UseReceipt(
                parsing: receipt, for: voucher, under: terms, from: taxi.profile)
            stage.say("タクシーの控え: \(kept.text.ja)", "the taxi's own receipt: \(kept.text.en)")
        }
    }

    private func stay() async throws {
        stage.act("名のらずに一泊、二度はない", "A night without a name, and no second one")
        let nights = try Entitlement(
            "night", title: BilingualText(ja: "会員の一泊", en: "A member's night"),
            mode: .anonymous, count: 1, windows: [1_700_000_000, 4_000_000_000],
            shops: ["https://inn.example", "https://hostel.example"])
        let terms = try EntitlementTerms(
            parsing: city.terms(of: nights, in: edition), from: city.profile)
        let members = try MemberSnapshot(
            parsing: try await city.lists(of: terms, window: 0), from: city.profile)
        var uses = EntitlementUses()
        let (question, answer) = try await stage.time(
            "宿には、会員のひとりとして", "to the inn, one of the members"
        ) {
            try await stay("https://inn.example", terms, members, &uses)
        }
        _ = try await stage.time("市が数える", "the city counts it") {
            try await city.count(answer, to: question, under: terms)
        }
        stage.say(
            "\(members.anonymity) 人のうちのだれかは、宿にも市にもわからない",
            "which of \(members.anonymity) it was, neither inn nor city learns")
        var forgotten = EntitlementUses()
        let again = try await stay("https://hostel.example", terms, members, &forgotten)
        try await stage.refused("別の宿でもう一泊", "another night elsewhere", for: .replayed) {
            _ = try await city.count(again.answer, to: again.question, under: terms)
        }
    }

    /// What a shop asks, and what the wallet answers.
    private func stay(
        _ name: String, _ terms: EntitlementTerms, _ members: MemberSnapshot,
        _ uses: inout EntitlementUses
    ) async throws -> (question: String, answer: String) {
        let shop = Shop(
            at: name, key: .secp256k1(Secp256k1.PrivateKey()), trusting: city.profile,
            store: .inMemory(), book: .inMemory())
        let question = try await shop.ask(for: terms, among: members)
        let answer = try wallet.use(
            question, of: terms, with: card, from: shop.profile, among: members, in: &uses,
            ofAtLeast: min(20, members.anonymity))
        _ = try await shop.take(answer, to: question, under: terms, among: members) { _ in }
        return (question, answer)
    }
}
