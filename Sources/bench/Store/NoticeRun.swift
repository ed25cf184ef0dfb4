import Foundation
import Tegata
import TegataCrypto
import TegataLog
import TegataSDJWT
import TegataSQLite

/// Many notices signed, and what their holders confirm settled: `notices [COUNT]`, beside the raw signatures of libsecp256k1
/// and the synchronised writes of the disk.
enum NoticeRun {
    private static let cores = 2

    static func run(_ arguments: ArraySlice<String>) async throws {
        let count = arguments.first.flatMap { Int($0) } ?? 100_000
        let folder = FileManager.default.temporaryDirectory.path + "/tegata-notices-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let city = try await NoticeCity(folder)
        try await sign(count, city)
        try await settle(count, city, folder)
    }

    // MARK: - Signing

    /// Rounds of raw signatures and of notices in turn, so that whatever else the machine does meets both.
    private static func sign(_ count: Int, _ city: NoticeCity) async throws {
        let programme = try city.programme("signed")
        let key = SigningKey.secp256k1(Secp256k1.PrivateKey())
        let writer = NoticeWriter(
            programme, of: city.issuer.id, edition: city.edition, by: key, at: NoticeCity.now)
        let part = max(1, count / 10 / cores)
        var (raw, made) = (Span(), Span())
        var bytes = 0
        for round in 0..<10 {
            raw += await Span.measure {
                _ = await onEveryCore { _ in
                    let library = RawSecp256k1()
                    for _ in 0..<part { precondition(library.sign()) }
                    return 0
                }
            }
            made += await Span.measure {
                bytes = await onEveryCore { core in
                    var random = SystemRandomness()
                    var bytes = 0
                    for number in 0..<part {
                        let draft = NoticeDraft(
                            "case \(round) \(core) \(number)", to: city.addresses[0],
                            benefit: .amount(Int64(number), currency: "JPY"))
                        guard let signed = try? writer.sign(draft, using: &random) else {
                            preconditionFailure("a key in memory signs")
                        }
                        bytes = signed.text.utf8.count
                    }
                    return bytes
                }
            }
        }
        let signed = Double(10 * part * cores)
        print(
            "\(Int(signed)) notices of \(bytes) bytes signed on \(cores) cores: "
                + "\(Int(signed / made.wall * 1e9)) a second, "
                + "\(hundredths(made.processor / raw.processor)) times the processor time and "
                + "\(hundredths(made.wall / raw.wall)) times the time of raw signatures")
    }

    private static func onEveryCore(
        _ work: @escaping @Sendable (Int) -> Int
    ) async -> Int {
        await withTaskGroup(of: Int.self) { group in
            for core in 0..<cores { group.addTask { work(core) } }
            return await group.reduce(0) { max($0, $1) }
        }
    }

    // MARK: - Settling

    /// One confirmation of each card in each programme: every one is another payment.
    private static func settle(_ count: Int, _ city: NoticeCity, _ folder: String) async throws {
        let programmes = max(1, count / city.addresses.count)
        var answers = [String]()
        let before = Clock.wall
        for number in 0..<programmes {
            let programme = try city.programme("p\(number)")
            let ids = try await city.issuer.notify(
                city.addresses.enumerated().map { NoticeDraft("\($0.offset)", to: $0.element) },
                about: programme, in: city.edition)
            for (place, id) in ids.enumerated() {
                answers.append(try await city.confirm(id, place))
            }
        }
        print(
            "\(answers.count) notices told and \(answers.count) answers made in "
                + "\(tenths((Clock.wall - before) / 1e9)) s, which is not measured")
        let raw = try Disk.commits(in: folder)
        let time = await Span.measure { await settleAll(answers, city.issuer) }
        print(
            "SQLite: \(answers.count) confirmations verified and settled durably, "
                + "\(Int(Double(answers.count) / time.wall * 1e9)) a second "
                + "(\(tenths(time.processor / Double(answers.count) / 1000)) microseconds of "
                + "processor time each); raw: \(Int(raw)) synchronised 4 KiB writes a second")
    }

    private static func settleAll(_ answers: [String], _ issuer: Issuer) async {
        let settled = await withTaskGroup(of: Int.self) { group in
            for start in stride(from: 0, to: answers.count, by: 1000) {
                let some = answers[start..<min(start + 1000, answers.count)]
                group.addTask {
                    await withTaskGroup(of: Int.self) { group in
                        for answer in some {
                            group.addTask {
                                (try? await issuer.settle(answer: answer)) == nil ? 0 : 1
                            }
                        }
                        return await group.reduce(0, +)
                    }
                }
            }
            return await group.reduce(0, +)
        }
        precondition(settled == answers.count, "\(settled) of \(answers.count) settled")
    }
}

/// Time passed and processor time, in nanoseconds.
private struct Span {
    var wall = 0.0
    var processor = 0.0

    static func measure(_ work: () async -> Void) async -> Span {
        let (wall, processor) = (Clock.wall, Clock.processor)
        await work()
        return Span(wall: Clock.wall - wall, processor: Clock.processor - processor)
    }

    static func += (left: inout Span, right: Span) {
        left = Span(wall: left.wall + right.wall, processor: left.processor + right.processor)
    }
}

private func hundredths(_ value: Double) -> String {
    let scaled = Int((value * 100).rounded())
    return "\(scaled / 100).\(scaled % 100 / 10)\(scaled % 10)"
}

/// An issuer on SQLite with two hundred members.
private struct NoticeCity: Sendable {
    static let now = SystemClock.now

    let issuer: Issuer
    let edition: OpenEdition
    let addresses: [NoticeAddress]
    private let holders: [Holder]
    private let cards: [Card]

    init(_ folder: String) async throws {
        issuer = Issuer(
            at: "https://city.example", keys: .generate(),
            log: .sqlite(at: folder + "/register.db"),
            publishing: LogDirectory(at: folder + "/log"))
        edition = try await issuer.open(
            Edition("citizens", limit: 1000, nationalID: []))
        var (holders, cards, addresses) = ([Holder](), [Card](), [NoticeAddress]())
        for _ in 0..<200 {
            let holder = Holder(key: Secp256k1.PrivateKey())
            let card = try holder.accept(
                try await issuer.issue(to: holder.request(edition)), from: issuer.profile)
            holders.append(holder)
            cards.append(card)
            addresses.append(
                try await issuer.address(ofCard: card.serial.number, in: edition))
        }
        self.holders = holders
        self.cards = cards
        self.addresses = addresses
    }

    func programme(_ id: String) throws -> Programme {
        try Programme(
            id, office: BilingualText(ja: "福祉課", en: "Welfare office"),
            title: BilingualText(ja: "灯油代の給付", en: "Heating allowance"),
            basis: BilingualText(ja: "条例第5号", en: "Ordinance 5"),
            text: BilingualText(
                ja: "今年度の灯油代として給付します。内容をご確認のうえ、お答えください。",
                en: "This is paid towards this year's heating. Please read it and answer."),
            deadline: Self.now + 86_400)
    }

    /// What the wallet of a card makes of a notice: checked, and answered.
    func confirm(_ notice: NoticeID, _ place: Int) async throws -> String {
        var inbox = NoticeInbox(of: issuer.id)
        let read = try inbox.receive(
            try await issuer.text(of: notice), for: cards[place], of: holders[place],
            from: issuer.profile)
        return try holders[place].answer(.confirm, to: read)
    }
}
