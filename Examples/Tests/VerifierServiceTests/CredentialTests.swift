import Crypto
import Foundation
import Tegata
import TegataOpenID
import Testing

@testable import VerifierService

/// Identity credentials of another country at the counter, over HTTP, from a wallet of the platform's code alone.
@Suite struct CredentialTests {
    private let wallet = Browser(AbroadWorld.innAddress, accept: "application/json")

    private func browser() -> Browser { Browser(AbroadWorld.innAddress) }

    @Test func `cards of two cities and a foreign identity credential are accepted by one counter`()
        async throws
    {
        let world = try await AbroadWorld.shared.value
        for member in world.members {
            let inn = browser()
            let path = try await AbroadWorld.start("member", by: inn)
            let trust = try RequestTrust(
                dids: [try ClientIdentifier(parsing: world.service.id).name], acceptsLoopback: true)
            guard
                case .reference(let reference) = try trust.open(
                    await VerifierWorld.link(path, inn))
            else { throw Refusal.malformed }
            let request = try trust.verify(
                await wallet.get(reference.address).text, from: reference)
            let answer = try member.holder.answer(
                member.holder.choose(for: request, among: [member.card]))
            #expect(try await wallet.post(answer.address, body: answer.body).text == "{}")
            let shown = try await inn.get(path, accept: "application/json")
            #expect(shown.value("issuer") == member.city.id && shown.value("serial") == "1")
        }
        let inn = browser()
        let path = try await AbroadWorld.start("pid", by: inn)
        let answer = try await world.answer(path, inn, status: 0)
        #expect(try await wallet.post(answer.address, body: answer.body()).text == "{}")
        let shown = try await inn.get(path, accept: "application/json")
        #expect(shown.value("kind") == "credential" && shown.value("state") == "verified")
        #expect(shown.value("issuer") == "https://pid.example")
        #expect(shown.value("type") == ForeignAuthority.type && shown.value("serial") == nil)
    }

    @Test func `what is asked is said first, and only that is seen (A45, A62, A124)`() async throws
    {
        let world = try await AbroadWorld.shared.value
        let inn = browser()
        let path = try await AbroadWorld.start("pid", by: inn)
        for (language, words) in [("en", "Not a card"), ("ja", "証明書のアプリで読み取って")] {
            let page = try await inn.get(path + "?lang=\(language)").text
            #expect(!page.contains("会員証のアプリ"))
            #expect(page.contains(words) && page.contains("class=\"qr\""))
            #expect(page.contains("<code>https://pid.example</code>"))
            #expect(page.contains("<code>urn:eudi:pid:1</code>"))
            #expect(page.contains("family name") && page.contains("address › country"))
            #expect(page.contains(world.service.id))
        }
        // A wallet that shows too much.
        let answer = try await world.answer(
            path, inn, revealing: ["family_name", "birthdate", "country", "street"])
        #expect(try await wallet.post(answer.address, body: answer.body()).text == "{}")
        for (language, words) in [
            ("en", "A valid credential of another issuer"), ("ja", "会員証ではありません"),
        ] {
            let page = try await inn.get(path + "?lang=\(language)").text
            #expect(page.contains(words))
            #expect(page.contains("<code>https://pid.example</code>"))
            #expect(page.contains("<code>urn:eudi:pid:1</code>"))
            #expect(page.contains("Muster&lt;b&gt;") && page.contains("<dd>EE</dd>"))
            for kept in ["1999", "Pikk", "FI", "№", "taxi", "Taxi"] {
                #expect(!page.contains(kept), "\(kept)")
            }
        }
        let json = try await inn.get(path, accept: "application/json")
        let claims = try #require(
            RawAnswer.object(Data(json.text.utf8))["claims"] as? [[String: Any]])
        #expect(
            claims.map { $0["path"] as? [String] } == [["family_name"], ["address", "country"]])
        #expect(claims.map { $0["value"] as? String } == ["Muster<b>", "EE"])
        #expect(!json.text.contains("1999") && !json.text.contains("Pikk"))
    }

    @Test func `no benefit is ever counted for it`() async throws {
        let world = try await AbroadWorld.shared.value
        let inn = browser()
        let path = try await AbroadWorld.start("pid", by: inn)
        let answer = try await world.answer(path, inn)
        _ = try await wallet.post(answer.address, body: answer.body())
        let page = try await inn.get(path)
        #expect(page.status == 200 && !page.text.contains("/redeem"))
        let token = try #require(try await inn.get("/").field("form"))
        let taken = try await inn.post(
            "/redeem",
            [
                "form": token, "visit": String(path.dropFirst("/visit/".count)),
                "benefit": "taxi", "key": freshName(),
            ])
        #expect(taken.status == 400)
    }

    @Test func `on the same device the result needs session and code (A59, A60)`() async throws {
        let world = try await AbroadWorld.shared.value
        let inn = browser()
        let path = try await AbroadWorld.start("pid", "same", by: inn)
        let answer = try await world.answer(path, inn)
        let reply = try await wallet.post(answer.address, body: answer.body())
        let address = try #require(reply.value("redirect_uri"))
        #expect(!(try await inn.get(path).text.contains("Muster")))
        let victim = browser()
        _ = try await victim.get("/")
        #expect(try await victim.get(address).status == 403)
        #expect(try await victim.get(path).status == 403)
        let wrong = address.prefix { $0 != "&" } + "&response_code=" + freshName()
        #expect(try await inn.get(String(wrong)).status == 403)
        let done = try await inn.get(address)
        #expect(done.status == 303 && done.location == path)
        #expect(try await inn.get(path).text.contains("Muster"))
        #expect(try await inn.get(address).status == 403)
    }

    @Test func `an issuer that nobody vouches for is asked about to nobody`() async throws {
        _ = try await AbroadWorld.shared.value
        let inn = browser()
        #expect(try await AbroadWorld.start("stranger", by: inn) == "status 503")
        let page = try await inn.get("/?lang=en").text
        #expect(page.components(separatedBy: "Who vouches for").count == 2)
    }

    @Test func `a cancelled question takes no answer, and one answer counts (A52, A61)`()
        async throws
    {
        let world = try await AbroadWorld.shared.value
        let inn = browser()
        let path = try await AbroadWorld.start("pid", by: inn)
        let answer = try await world.answer(path, inn)
        let token = try #require(try await inn.get(path).field("form"))
        #expect(try await inn.post(path + "/cancel", ["form": token]).location == "/")
        let late = try await wallet.post(answer.address, body: answer.body())
        #expect(late.value("error") == "conflict")
        let second = try await AbroadWorld.start("pid", by: inn)
        let again = try await world.answer(second, inn)
        let body = try again.body()
        #expect(try await wallet.post(again.address, body: body).text == "{}")
        #expect(try await wallet.post(again.address, body: body).value("error") == "conflict")
    }

    @Test func `a check that is gone, or asks for a card now, is over`() async throws {
        let store: any StateStore = .inMemory()
        let check = AbroadWorld.pidCheck
        let visit = Visit(
            id: freshName(), session: [1], check: check, way: .credential(isSameDevice: false),
            link: "openid4vp://", expiry: 4_000_000_000)
        try await Visits(store, Plan(checks: AbroadWorld.checks)).add(visit)
        let known = try await Visits(store, Plan(checks: [check])).visit(visit.id, of: [1])
        #expect(known.way.fits(check))
        for checks in [[Check.anyMember], [Check("pid", check.title)]] {
            await #expect(throws: Refusal.unauthorized) {
                try await Visits(store, Plan(checks: checks)).visit(visit.id, of: [1])
            }
        }
    }

    @Test func `a bundle that leaves it out ends the trust at once`() async throws {
        let pid = ForeignAuthority(list: "http://127.0.0.1:1/pid/status")
        let trust = try await AbroadWorld.publish([], [pid])
        let issuers = TrustedIssuers([], trust, fromLoopback: true)
        let planned = PlannedCredential(ForeignAuthority.type, of: pid.issuer)
        #expect(await !issuers.believes(planned))
        await issuers.meet()
        #expect(await issuers.believes(planned))
        #expect(await !issuers.believes(PlannedCredential("urn:other", of: pid.issuer)))
        #expect(
            await !issuers.believes(PlannedCredential(ForeignAuthority.type, of: pid.issuer + "/")))
        let version = await issuers.version
        let without = try await AbroadWorld.publish([], [])
        for path in [\BundleTrust.pin, \BundleTrust.bundle] {
            try String(contentsOfFile: without[keyPath: path], encoding: .utf8)
                .write(toFile: trust[keyPath: path], atomically: true, encoding: .utf8)
        }
        await issuers.meet()
        #expect(await !issuers.believes(planned))
        // The desk is made anew for another version.
        #expect(await issuers.version != version)
    }
}
