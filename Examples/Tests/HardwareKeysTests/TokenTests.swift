import Foundation
import Tegata
import Testing

@testable import HardwareKeys

/// A token of SoftHSM in a folder of this process.
private struct SoftToken {
    static let pin = Array("4321".utf8)
    static let module: String? = [
        "/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    ].first { FileManager.default.fileExists(atPath: $0) }

    /// The module reads its configuration once for a process, so all tests share one token, each with keys of its own.
    static let shared = Result { try SoftToken() }

    let module: String
    let label = "tegata-test"

    init() throws {
        module = try #require(Self.module, "SoftHSM is missing: scripts/setup softhsm2")
        let folder =
            FileManager.default.temporaryDirectory.path
            + "/tegata-token-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder + "/tokens", withIntermediateDirectories: true)
        let configuration = folder + "/softhsm2.conf"
        try Data("directories.tokendir = \(folder)/tokens\nlog.level = ERROR\n".utf8)
            .write(to: URL(filePath: configuration))
        setenv("SOFTHSM2_CONF", configuration, 1)
        let tool = Process()
        tool.executableURL = URL(filePath: "/usr/bin/softhsm2-util")
        tool.arguments = [
            "--init-token", "--free", "--label", label, "--pin", "4321", "--so-pin", "87654321",
        ]
        tool.standardOutput = FileHandle.nullDevice
        try tool.run()
        tool.waitUntilExit()
        try #require(tool.terminationStatus == 0)
    }

    func place(_ key: String) -> TokenKey.Place {
        TokenKey.Place(module: module, token: label, key: key)
    }
}

/// Keys in a PKCS #11 token: SoftHSM stands in for a device.
@Suite(.serialized) struct TokenTests {
    private let token: SoftToken

    init() throws { token = try SoftToken.shared.get() }

    @Test(arguments: TokenCurve.allCases)
    func `an issuer whose card key never leaves the token`(_ curve: TokenCurve) async throws {
        let place = token.place("card-\(curve.rawValue)")
        try TokenKey.make(place, pin: SoftToken.pin, curve: curve)
        let key = try TokenKey(place, pin: SoftToken.pin)
        let software = IssuerKeys.generate()
        let club = Issuer(
            at: "https://club.example",
            keys: IssuerKeys(
                card: .external(key), register: software.register, log: software.log))
        let edition = try await club.open(Edition("visitors", limit: 20, nationalID: []))
        let door = Verifier(
            at: "https://door.example", trusting: club.profile, store: .inMemory())
        // Half of all signatures of a device have a high s; the library refuses to give one out.
        for serial in 1...12 {
            let member = Holder(key: Secp256k1.PrivateKey())
            let issued = try await club.issue(
                to: try await member.request(edition), claims: ["tier": "gold"])
            let card = try member.accept(issued, from: club.profile)
            #expect(card.serial.number == serial)
            let answer = try member.present(
                card, revealing: ["tier"], to: try await door.challenge(asking: ["tier"]))
            #expect(try await door.verify(answer).claims["tier"] == "gold")
        }
        // The same key after a restart.
        #expect(try TokenKey(place, pin: SoftToken.pin).verifyingKey == key.verifyingKey)
    }

    @Test func `a session that the token has ended is opened again (A139)`() throws {
        let place = token.place("ended")
        try TokenKey.make(place, pin: SoftToken.pin)
        let key = try TokenKey(place, pin: SoftToken.pin)
        let digest = [UInt8](repeating: 7, count: 32)
        #expect(try key.signature(forDigest: digest).count == 64)
        try key.endSessions()
        #expect(try key.signature(forDigest: digest).count == 64)
    }

    @Test func `what is missing or wrong is named, and the PIN is not`() throws {
        let place = token.place("named")
        try TokenKey.make(place, pin: SoftToken.pin)
        func problem(_ place: TokenKey.Place, pin: [UInt8] = SoftToken.pin) -> String {
            do {
                _ = try TokenKey(place, pin: pin)
                return "opened"
            } catch {
                return "\(error)"
            }
        }
        var other = place
        other.key = "nobody"
        #expect(problem(other).contains("nobody"))
        other = place
        other.token = "elsewhere"
        #expect(problem(other).contains("elsewhere"))
        other = place
        other.module = "/nowhere/module.so"
        #expect(problem(other).contains("/nowhere/module.so"))
        #expect(throws: TokenProblem.self) { try TokenKey.make(place, pin: SoftToken.pin) }
        let key = try TokenKey(place, pin: SoftToken.pin)
        try key.endSessions()
        let refused = problem(place, pin: Array("0000-guess".utf8))
        #expect(refused.contains("CKR_PIN_INCORRECT") && !refused.contains("0000-guess"))
    }
}
