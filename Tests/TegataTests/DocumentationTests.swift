import Foundation
import Tegata
import TegataNationalID
import Testing

/// The snippets of the documentation's pages: they run here, and a page shows exactly these lines.
@Suite struct DocumentationTests {
    @Test func `the pages' snippets run`() async throws {
        // snippet Issuing
        let club = Issuer(
            at: "https://club.example", keys: .generate(),
            identity: .embedded(accepting: .testCards))
        let founders = try await club.open(
            Edition(
                "founders", limit: 500, title: ["en": "Founders", "ja": "創設会員"],
                benefits: ["library"]))
        // end
        // snippet Holding
        let member = Holder(key: Secp256k1.PrivateKey())
        let idCard = DemoIdentity()
        let request = try await member.request(founders, proving: idCard)
        // end
        // snippet Issuing
        let issued = try await club.issue(
            to: request, claims: ["tier": "gold", "name": .selective("Yu")])
        // end
        // snippet Holding
        let card = try member.accept(issued, from: club.profile)
        // end
        let kiosk = Kiosk(at: "https://station.example")
        // snippet Verifying
        let door = Verifier(
            at: "https://door.example", trusting: club.profile, kiosks: [kiosk.publicKey],
            store: .inMemory())
        let challenge = try await door.challenge(asking: ["tier"])
        // end
        // snippet Holding
        let answer = try member.present(card, revealing: ["tier"], to: challenge)
        // end
        // snippet Verifying
        let membership = try await door.verify(answer)
        print(membership.edition.id, membership.serial, membership.claims["tier"] ?? "–")
        // end
        // snippet Verifying
        let personal = try await door.challenge(asking: [], personOf: founders)
        // end
        // snippet Holding
        let proof = try await member.present(
            card, revealing: [], to: personal, proving: idCard, in: founders)
        // end
        // snippet Verifying
        let proven = try await door.verify(proof)
        print(proven.person, proven.usesTestAnchors)
        // end
        guard case .proven(.embedded, usesTestAnchors: true, revocation: _) = proven.person else {
            Issue.record("the person is not proven")
            return
        }
        // snippet Issuing
        try await club.setStatus(.suspended, of: 1, in: founders)
        let lists = try await club.publicLists(of: founders)
        // end
        let visitor = DemoIdentity()
        // snippet CardOnly
        let entry = try await kiosk.request(founders, proving: visitor)
        _ = try await club.issue(to: entry)
        // end
        #expect(!lists.isEmpty)
        // snippet CardOnly
        let question = try await door.challenge(asking: [], personOf: founders)
        let statement = try await kiosk.check(
            question, founders, lists: try await club.publicLists(of: founders),
            from: club.profile, proving: visitor)
        let found = try await door.verify(kiosk: statement)
        print(found.edition.id, found.person)
        // end
    }

    @Test func `the pages' snippets of split operators run`() async throws {
        // snippet Attesting
        let attestor = Attestor(key: Secp256k1.PrivateKey(), accepting: .testCards)
        let second = Attestor(key: Secp256k1.PrivateKey(), accepting: .testCards)
        // end
        // snippet Evaluating
        let nodes = try EvaluationNode.deal(
            nodes: 3, threshold: 2, trusting: [attestor.key, second.key], attestorThreshold: 2)
        // end
        // snippet Operating
        let identity = try IdentityServices(
            attestors: [attestor, second], threshold: 2, nodes: nodes, threshold: 2)
        let club = Issuer(
            at: "https://club.example", keys: .generate(), identity: identity)
        // end
        let edition = try await club.open(Edition("founders", limit: 1))
        let member = Holder(key: Secp256k1.PrivateKey())
        let request = try await member.request(edition, proving: DemoIdentity())
        let issued = try await club.issue(to: request)
        #expect(try member.accept(issued, from: club.profile).serial.number == 1)
    }

    @Test func `the page of anonymous members runs`() async throws {
        // snippet Anonymous
        let club = Issuer(at: "https://club.example", keys: .generate())
        let founders = try await club.open(
            Edition(
                "founders", limit: 500, nationalID: [],
                committed: [.text("class"), .number("born", bits: 16)]))
        let member = Holder(key: Secp256k1.PrivateKey())
        let issued = try await club.issue(
            to: try await member.request(founders),
            claims: ["class": .selective("resident"), "born": .selective(12_345)])
        let card = try member.accept(issued, from: club.profile)
        // end
        // snippet Anonymous
        let snapshot = try MemberSnapshot(
            parsing: try await club.publicLists(of: founders), from: club.profile)
        let inn = AnonymousVerifier(
            at: "https://inn.example", key: .secp256k1(Secp256k1.PrivateKey()),
            store: .inMemory(), nullifiers: .inMemory())
        let night = try AnonymousAction(
            snapshot, number: 1, opens: snapshot.time, closes: snapshot.time + 86_400,
            requiring: [.atMost("born", 14_975), .oneOf("class", ["resident", "staff"])],
            purpose: ["ja": "宿泊割引", "en": "A night at the inn"])
        let question = try await inn.challenge(for: night)
        // end
        // snippet Anonymous
        let answer = try member.answer(
            question, with: card, from: inn.profile, among: snapshot, ofAtLeast: 1)
        // end
        // snippet Anonymous
        let guest = try await inn.verify(answer, for: night)
        print("one of \(guest.anonymity), here for the first time: \(guest.predicates)")
        // end
        #expect(guest.anonymity == 1)
    }

    @Test func `the page of linked cards runs`() async throws {
        let services = IdentityServices.embedded(accepting: .testCards)
        let health = Issuer(
            at: "https://health.example", keys: .generate(), identity: services)
        let school = Issuer(
            at: "https://school.example", keys: .generate(), identity: services)
        let insured = try await health.open(Edition("insured", limit: 500))
        let pupils = try await school.open(Edition("pupils", limit: 500))
        let member = Holder(key: Secp256k1.PrivateKey())
        let idCard = DemoIdentity()
        let insurance = try member.accept(
            try await health.issue(to: try await member.request(insured, proving: idCard)),
            from: health.profile)
        let pupil = try member.accept(
            try await school.issue(
                to: try await member.request(pupils, proving: idCard),
                claims: ["class": .selective("3b")]), from: school.profile)
        let insuredPeople = try MemberSnapshot(
            parsing: try await health.publicLists(of: insured), from: health.profile)
        // snippet Linking
        let clinic = LinkVerifier(
            Verifier(
                at: "https://clinic.example", trusting: [health.profile, school.profile],
                store: .inMemory()), key: .secp256k1(Secp256k1.PrivateKey()))
        let link = try Link(
            .hidden(insuredPeople), .shown(pupils, asking: ["class"]),
            purpose: ["en": "School health check", "ja": "学校健診"])
        let question = try await clinic.challenge(for: link)
        // end
        // snippet Linking
        let request = try LinkRequest(parsing: question, from: clinic.profile)
        print(request.verifier, request.purpose, request.first.issuer, request.second.issuer)
        let answer = try await member.answer(
            request, linking: .hidden(in: insured, among: insuredPeople, ofAtLeast: 1),
            with: .shown(pupil, revealing: ["class"], in: pupils), proving: idCard,
            agreed: true)
        // end
        // snippet Linking
        let linked = try await clinic.verify(answer, for: link)
        if case .shown(let card) = linked.second {
            print("of one insured person:", card.serial, card.claims["class"] ?? "–")
        }
        // end
        #expect(insurance.serial.number == 1 && linked.purpose.count == 2)
    }

    @Test func `the snippets about trust run`() async throws {
        try await withDirectory { directory in
            try await trust(in: directory)
        }
    }

    private func trust(in directory: LogDirectory) async throws {
        let club = Issuer(at: "https://club.example", keys: .generate())
        let visitors = try await club.open(Edition("visitors", limit: 5, nationalID: []))
        let now = Int64(Date().timeIntervalSince1970)
        // snippet Trusting
        let ministry = try TrustSigner(
            at: "https://trust.example", key: .secp256k1(Secp256k1.PrivateKey()),
            log: Ed25519.PrivateKey())
        let listed = try TrustedIssuer(
            club.profile, statuses: ["https://club.example/tegata/status"])
        let published = try await ministry.publish(
            TrustContents(issuers: [listed]), until: now + 30 * 86_400, in: directory)
        // end
        // snippet Trusting
        var pin = try ministry.pin()
        let bundle = try pin.open(published)
        pin = bundle.pin
        // end
        let source = RecordingSource { _ in try await club.statusList() }
        // snippet Trusting
        let lists = StatusFolder(at: directory.path + "/statuses")
        let failed = await lists.refresh(from: source, for: bundle)
        let inn = Verifier(
            at: "https://inn.example", trusting: bundle, statuses: lists, store: .inMemory())
        // end
        #expect(pin.version == 1 && failed.isEmpty)
        let member = Holder(key: Secp256k1.PrivateKey())
        let card = try member.accept(
            try await club.issue(to: try await member.request(visitors), claims: ["tier": "gold"]),
            from: club.profile)
        let challenge = try await inn.challenge(asking: ["tier"])
        let answer = try member.present(card, revealing: ["tier"], to: challenge)
        #expect(try await inn.verify(answer).issuer == club.id)
    }

    @Test func `the pages of notices and entitlements run`() async throws {
        let city = Issuer(at: "https://city.example", keys: .generate())
        let citizens = try await city.open(
            Edition("citizens", limit: 500, nationalID: []))
        let member = Holder(key: Secp256k1.PrivateKey())
        let card = try member.accept(
            try await city.issue(to: try await member.request(citizens)), from: city.profile)
        // snippet Notices
        let heating = try Programme(
            "heating-2026", office: BilingualText(ja: "福祉課", en: "Welfare office"),
            title: BilingualText(ja: "灯油代の給付", en: "Heating allowance"),
            basis: BilingualText(ja: "条例第5号", en: "Ordinance 5"),
            text: BilingualText(ja: "ご確認ください。", en: "Please confirm."),
            deadline: 4_000_000_000)
        let address = try await city.address(ofCard: 1, in: citizens)
        let ids = try await city.notify(
            [NoticeDraft("case 1", to: address, benefit: .amount(12_000, currency: "JPY"))],
            about: heating, in: citizens)
        // end
        // snippet Notices
        var inbox = NoticeInbox(of: city.profile.issuer)
        let notice = try inbox.receive(
            try await city.text(of: ids[0]), for: card, of: member, from: city.profile)
        print(notice.title.en, notice.text.en)
        let answer = try member.answer(.confirm, to: notice)
        // end
        // snippet Notices
        let receipt = try await city.settle(answer: answer)
        try inbox.keep(receipt: receipt, for: answer, from: city.profile)
        // end
        // snippet Notices
        let document = try await city.proof(of: notice.id)
        let proof = try NoticeProof(parsing: document, from: city.profile)
        print(proof.state, proof.time)
        // end
        #expect(proof.state == .confirmed)
        // snippet Entitlements
        let rides = try Entitlement(
            "taxi", title: BilingualText(ja: "タクシー券", en: "Taxi rides"), count: 10,
            offline: 2, windows: [1_700_000_000, 4_000_000_000], shops: ["https://taxi.example"])
        let terms = try EntitlementTerms(
            parsing: city.terms(of: rides, in: citizens), from: city.profile)
        // end
        // snippet Entitlements
        let taxi = Shop(
            at: "https://taxi.example", key: .secp256k1(Secp256k1.PrivateKey()),
            trusting: city.profile, store: .inMemory(), book: .inMemory())
        let question = try await taxi.ask(for: terms)
        // end
        // snippet Entitlements
        var uses = EntitlementUses()
        let voucher = try member.use(
            question, of: terms, with: card, from: taxi.profile, in: &uses)
        // end
        var kept = [String]()
        // snippet Entitlements
        let taken = try await taxi.take(voucher, under: terms) { text in kept.append(text) }
        let statement = try UseStatement(
            parsing: try await city.count(voucher, from: taxi.id, under: terms), for: voucher,
            under: terms, from: city.profile)
        let ride = try taxi.receipt(
            for: taken, under: terms, BilingualText(ja: "乗車1回", en: "One ride"))
        // end
        #expect(statement.outcome == .counted && !ride.isEmpty && kept == [voucher])
        let plan = try Entitlement(
            "nights", title: BilingualText(ja: "一泊", en: "A night"), mode: .anonymous, count: 2,
            windows: rides.windows, shops: ["https://inn.example"])
        let nights = try EntitlementTerms(
            parsing: city.terms(of: plan, in: citizens), from: city.profile)
        let inn = Shop(
            at: "https://inn.example", key: .secp256k1(Secp256k1.PrivateKey()),
            trusting: city.profile, store: .inMemory(), book: .inMemory())
        // snippet Entitlements
        let members = try MemberSnapshot(
            parsing: try await city.lists(of: nights, window: 0), from: city.profile)
        let asked = try await inn.ask(for: nights, among: members)
        let hidden = try member.use(
            asked, of: nights, with: card, from: inn.profile, among: members, in: &uses,
            ofAtLeast: 1)
        let night = try await inn.take(hidden, to: asked, under: nights, among: members) { text in
            kept.append(text)
        }
        let counted = try await city.count(hidden, to: asked, under: nights)
        // end
        #expect(night.anonymity == 1 && !counted.isEmpty && kept == [voucher, hidden])
    }

    private static let pages = [
        "Issuing", "Holding", "Verifying", "Trusting", "Attesting", "Evaluating", "CardOnly",
        "Operating", "Anonymous", "Notices", "Entitlements",
    ]

    @Test(arguments: pages)
    func `a page shows the lines that run`(page: String) throws {
        let tests = URL(filePath: #filePath)
        let source = try lines(of: tests)
        var run: [String] = []
        for start in source.indices where source[start].hasSuffix("// snippet \(page)") {
            let end = try #require(source[start...].firstIndex { $0.hasSuffix("// end") })
            run += source[(start + 1)..<end].map { String($0.dropFirst(8)) }
        }
        let root = tests.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try lines(of: root.appending(path: "Sources/Tegata/Tegata.docc/\(page).md"))
        var shown: [String] = []
        var isInside = false
        for line in text {
            if line == "```swift" || line == "```" {
                isInside = line == "```swift"
            } else if isInside {
                shown.append(line)
            }
        }
        #expect(!run.isEmpty && shown == run)
    }

    private func lines(of url: URL) throws -> [String] {
        try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")
    }
}
