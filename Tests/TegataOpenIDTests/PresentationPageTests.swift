import Foundation
import Tegata
import TegataSDJWT
import TegataOpenID
import Testing

/// The page about presentations: its lines run here, and it shows exactly these.
struct PresentationPageTests {
    @Test func `the page's snippets run`() async throws {
        let club = Issuer(at: "https://club.example", keys: .generate())
        let edition = try await club.open(Edition("visitors", limit: 5, nationalID: []))
        let member = Holder(key: P256.PrivateKey())
        let issued = try await club.issue(
            to: try await member.request(edition), claims: ["tier": .selective("gold")])
        let card = try member.accept(issued, from: club.profile)
        let now = Int64(Date().timeIntervalSince1970)
        let certifier = VerifierAuthority("root", now: now)
        let authority = certifier.root
        let key = P256.PrivateKey()
        let certificates = [try certifier.leaf(["door.example"], for: key)]
        // snippet Presentation
        let client = try PresentationClient.x509SANDNS(
            "door.example", certificates: certificates, key: key)
        let door = try PresentationTransactions(
            client: client,
            verifier: Verifier(at: client.id, trusting: club.profile, store: .inMemory()),
            endpoints: PresentationEndpoints(
                request: "https://door.example/request", response: "https://door.example/answer",
                completion: "https://door.example/done"),
            store: .inMemory())
        // end
        // snippet Presentation
        let started = try await door.start(.sameDevice, asking: ["tier"])
        // end
        // snippet Presentation
        let trust = try RequestTrust(authorities: [authority])
        guard case .reference(let reference) = try trust.open(started.link) else { return }
        // GET reference.address, which the verifier's server answers:
        let object = try await door.request(of: started.transaction)
        let request = try trust.verify(object, from: reference)
        // end
        // snippet Presentation
        let choice = try member.choose(for: request, among: [card])
        print(request.verifier, choice.parts.map(\.claims))
        let answer = try member.answer(choice)
        // POST answer.body to answer.address, which the verifier's server takes:
        let reply = try await door.answer(answer.body)
        // end
        let code = try PresentationWorld.completion(reply).code
        // snippet Presentation
        let result = try await door.result(
            of: started.transaction, session: started.session, responseCode: code)
        print(result?.edition ?? "–", result?.claims["tier"] ?? "–")
        // end
        // snippet Presentation
        let pid = try DemoCredential(
            "urn:eudi:pid:1", of: "https://pid.example", claims: ["family_name": "Muster"])
        let inn = try PresentationTransactions(
            client: client,
            verifier: Verifier(at: client.id, trusting: club.profile, store: .inMemory()),
            credentials: CredentialTrust([CredentialTrust.Issuer(pid.issuer)]),
            endpoints: PresentationEndpoints(
                request: "https://door.example/request", response: "https://door.example/answer",
                completion: "https://door.example/done"),
            store: .inMemory())
        let query = try DCQLQuery(
            parsing: """
                {"credentials":[{"id":"pid","format":"dc+sd-jwt",
                 "meta":{"vct_values":["urn:eudi:pid:1"]},"claims":[{"path":["family_name"]}]}]}
                """)
        let asked = try await inn.start(.crossDevice, asking: query, of: ["https://pid.example"])
        // end
        guard case .reference(let other) = try trust.open(asked.link) else { return }
        let question = try trust.verify(
            try await inn.request(of: asked.transaction), from: other)
        _ = try await inn.answer(try pid.answer(to: question).body)
        // snippet Presentation
        let shown = try await inn.credentials(of: asked.transaction, session: asked.session)
        print(shown?.first?.issuer ?? "–", shown?.first?["family_name"] ?? "–")
        // end
        #expect(shown?.map { $0["family_name"] } == ["Muster"])
        #expect(result?.claims == ["tier": "gold"])
        #expect(reference.address == "https://door.example/request/" + started.transaction)
    }

    @Test func `the page shows the lines that run`() throws {
        let tests = URL(filePath: #filePath)
        let source = try lines(of: tests)
        var run = [String]()
        for start in source.indices where source[start].hasSuffix("// snippet Presentation") {
            let end = try #require(source[start...].firstIndex { $0.hasSuffix("// end") })
            run += source[(start + 1)..<end].map { String($0.dropFirst(8)) }
        }
        let root = tests.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = root.appending(path: "Sources/TegataOpenID/TegataOpenID.docc/Presentation.md")
        var shown = [String]()
        var isInside = false
        for line in try lines(of: page) {
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
