import TegataCrypto
import TegataLog
import TegataNationalID
import TegataProofs
import TegataSDJWT
import Testing

@testable import Tegata

/// Replacing an ID card to come again: the cut-off, and exceptions from it in the open (A136).
@Suite struct CutOffTests {
    /// Test cards, of which some persons' began today.
    struct Dated: EvidenceVerifier {
        let late: Set<[UInt8]>
        let today: Int64
        var usesTestAnchors: Bool { true }

        func verify(
            _ evidence: [UInt8], over challenge: [UInt8], at time: Int64
        ) async throws(Refusal) -> VerifiedEvidence {
            let found = try await JPKI.testCards.verify(evidence, over: challenge, at: time)
            guard late.contains(found.personInput) else { return found }
            return VerifiedEvidence(
                cardClass: found.cardClass, personInput: found.personInput, notBefore: today,
                revocation: found.revocation, usesTestAnchors: true)
        }
    }

    static let day = World.now / 86_400 * 86_400

    /// A drop that was announced today, one member, and somebody with a new ID card.
    struct Club {
        let world: PersonWorld
        let drop: OpenEdition
        let early = DemoIdentity(.jpkiP384)
        let late = DemoIdentity(.jpkiP384)
        let desk = World.privateKey("appeals desk")

        init(certified: Bool = false) async throws {
            world = try await PersonWorld(
                accepting: Dated(late: [try await late.personInput()], today: day))
            drop = try await world.issuer.open(
                Edition(
                    "drop", limit: 5, nationalID: [.jpkiP384], cutOff: day,
                    certifiesRequesters: certified))
        }

        /// The drop as somebody sees it who may ask for late certificates, or may not.
        func asked(lateCertificates: Bool = true) throws -> OpenEdition {
            drop.asked(
                by: try Requester(
                    certificate: try world.issuer.certify(
                        desk.publicKey, for: drop, seconds: 60,
                        lateCertificates: lateCertificates), key: desk))
        }
    }

    private func expect(
        _ reason: Refusal, _ name: Comment, _ body: () async throws -> Void
    ) async {
        await #expect(throws: IssuingError.refused(reason), name) { try await body() }
    }

    @Test func `an ID card from before the drop gets a card, and one from after it none (A136)`()
        async throws
    {
        let club = try await Club()
        let anna = PersonWorld.holder("anna")
        let request = try await anna.request(club.drop, proving: club.early)
        let card = try anna.accept(
            try await club.world.issuer.issue(to: request), from: club.world.issuer.profile)
        #expect(card.serial.number == 1)
        // The node refuses it already; with somebody who may ask, the issuer does.
        await #expect(throws: Refusal.nationalIDInvalid) {
            try await PersonWorld.holder("late").request(club.drop, proving: club.late)
        }
        await #expect(throws: Refusal.nationalIDInvalid) {
            try await PersonWorld.holder("late").request(
                try club.asked(lateCertificates: false), proving: club.late)
        }
        let late = try await PersonWorld.holder("late").request(
            try club.asked(), proving: club.late)
        await expect(.nationalIDInvalid, "a late certificate") {
            _ = try await club.world.issuer.issue(to: late)
        }
        await #expect(throws: Refusal.nationalIDInvalid) {
            try await club.world.issuer.take(
                deposit: try await PersonWorld.holder("late").deposit(
                    for: try club.asked(), proving: club.late
                ).message)
        }
        #expect(club.world.node.evaluations[club.drop.digest] == 3)
    }

    @Test func `what attestors see is the day, and no other edition's token counts`()
        async throws
    {
        let club = try await Club()
        let request = try await PersonWorld.holder("anna").request(club.drop, proving: club.early)
        let seen = try JSON(parsing: Array(try #require(club.world.tap.requests.last).utf8))
        #expect(seen["cut_off"]?.integer == Self.day && seen["edition"] == nil)
        // A cut-off to the second would be a name, whoever asks.
        var members = Members(seen.object ?? [:])
        members["cut_off"] = "\(Self.day + 1)"
        await #expect(throws: Refusal.malformed) {
            try await club.world.attestor.attest(members.text)
        }
        // A token without a cut-off, or about another day, is for no such edition.
        let parameters = try #require(club.drop.identity)
        let binding = try CardRequest(parsing: request).binding
        let token = try IssuanceRequest(
            parsing: binding, attestors: parameters.attestors, keys: parameters.keys
        ).session.token
        #expect(token.body.cutOff == UInt64(Self.day) && token.encoded.count == 120 + 68)
        #expect(!club.drop.isLate(token.body))
        for cutOff in [nil, UInt64(Self.day) + 86_400] {
            let body = Token.Body(
                cardClass: token.body.cardClass, flags: token.body.flags, scope: token.body.scope,
                expires: token.body.expires, blinded: token.body.blinded, cutOff: cutOff)
            #expect(body.hash != token.body.hash)
            #expect(throws: Refusal.nationalIDInvalid) { try club.drop.check(body, forCard: true) }
            #expect(club.drop.isLate(body), "A128: a flag about another day is none")
        }
        // Nor the other way: an edition without one takes no token that names one.
        #expect(throws: Refusal.nationalIDInvalid) {
            try club.world.founders.check(token.body, forCard: true)
        }
    }

    @Test func `an honest replacement is an exception that everybody counts`() async throws {
        try await withDirectory { directory in
            let club = try await Club()
            let journal = InMemoryJournal()
            let issuer = club.world.issuer(over: journal, publishing: directory)
            let drop = try await issuer.open(club.drop.edition)
            let desk = drop.asked(
                by: try Requester(
                    certificate: try issuer.certify(
                        club.desk.publicKey, for: drop, seconds: 60, lateCertificates: true),
                    key: club.desk))
            let anna = PersonWorld.holder("anna")
            let early = try await anna.request(drop, proving: club.early)
            await expect(.conflict, "nothing to except") {
                _ = try await issuer.issue(onAppeal: early, because: "no need")
            }
            let ben = PersonWorld.holder("ben")
            let request = try await ben.request(desk, proving: club.late)
            let why = "card stolen, police report seen"
            let issued = try await issuer.issue(onAppeal: request, because: why)
            let card = try ben.accept(issued, from: issuer.profile)
            #expect(card.serial.number == 1)
            // Again is the same card, and no second exception.
            let again = try await issuer.issue(onAppeal: request, because: why)
            #expect(try ben.accept(again, from: issuer.profile).row == card.row)
            let second = try await PersonWorld.holder("ben again").request(desk, proving: club.late)
            await expect(.alreadyClaimed, "one exception, one card") {
                _ = try await issuer.issue(onAppeal: second, because: why)
            }
            // A lost phone later: one more session after the cut-off, no more persons.
            let phone = PersonWorld.holder("ben's new phone")
            let replaced = try await phone.request(desk, proving: club.late)
            _ = try await issuer.reissue(to: replaced)
            try await issuer.freezeSessions(of: drop, atLeast: 1)
            try await issuer.publishCounts(of: drop)
            try await issuer.publishLists()
            let report = try await Auditor(of: issuer.profile, in: directory).audit()
            let audited = try #require(report.editions.first)
            #expect(audited.active == 1 && audited.appeals == 1 && audited.lateMembers == 1)
            #expect(audited.sessions == 2 && audited.evaluated == 4)
            #expect("\(report)".contains("1 issued as exceptions to the cut-off"))
            #expect(report.japanese.contains("締切日の例外として発行 1 枚"))
            // Without the exception's entry, the frozen session stands there without a right.
            let entries = await journal.records(from: 0, atMost: 100).map(\.entry)
            #expect(Replays.finding(entries, issuer.profile) == nil)
            let kinds = entries.map { $0[0] }
            let undeclared = zip(kinds, entries).filter { $0.0 != 17 }.map(\.1)
            let frozen = try #require(undeclared.firstIndex { $0[0] == 14 })
            #expect(
                Replays.finding(undeclared, issuer.profile)
                    == .entry(UInt64(frozen), .badSessions))
            // The reason is the operator's: it is in no entry.
            #expect(!entries.contains { String(decoding: $0, as: UTF8.self).contains("police") })
        }
    }

    @Test func `an edition's cut-off is a whole day, and one person's`() throws {
        for (cutOff, classes) in [
            (Self.day + 1, [CardClass.jpkiP384]), (0, [.jpkiP384]), (-86_400, [.jpkiP384]),
            (Self.day, []),
        ] {
            #expect(throws: EditionError.cutOff) {
                try Edition("drop", limit: 5, nationalID: Set(classes), cutOff: cutOff)
            }
        }
        let edition = try Edition("drop", limit: 5, cutOff: Self.day)
        #expect(try Edition(json: edition.json) == edition)
        #expect(throws: EditionError.requesters) {
            try Edition("drop", limit: 5, nationalID: [], certifiesRequesters: true)
        }
    }
}

/// What replaying entries of a log finds.
enum Replays {
    static func finding(_ entries: [[UInt8]], _ profile: IssuerProfile) -> AuditFinding? {
        var replay = Replay(profile)
        do throws(AuditFinding) {
            for (number, entry) in zip(UInt64(0)..., entries) {
                try replay.take(entry, number: number)
            }
            try replay.finish()
            return nil
        } catch {
            return error
        }
    }
}
