import Foundation
import IssuerService
import Pages
import ServiceKit
import Tegata
import Testing

/// What the operator has to do with nodes: certifying who asks them, for a day, and publishing what they counted (A75).
@Suite struct RequesterTests {
    @Test func `the operator gets a certificate for a terminal's key, and nobody else does (A75)`()
        async throws
    {
        let site = try await Site.shared.value
        let office = try await Site.office.value
        let kiosk = Kiosk(at: "gate")
        let key = hexadecimal(kiosk.publicKey.compressedRepresentation)
        let given = try await office.post(
            "/operator/founders/certify", ["key": key], from: "/operator")
        #expect(given.status == 200)
        let certificate = try bytes(hexadecimal: given.text)
        _ = try kiosk.requester(certificate: certificate)
        #expect(certificate.count == 146 && certificate[1] == 0)
        let late = try await office.post(
            "/operator/founders/certify", ["key": key, "late": "1"], from: "/operator")
        #expect(try bytes(hexadecimal: late.text)[1] == 1)
        for wrong in ["", "00", key.dropLast(2) + "zz", key + "00"] {
            let answer = try await office.post(
                "/operator/founders/certify", ["key": String(wrong)], from: "/operator")
            #expect(answer.reason == "malformed", "\(wrong)")
        }
        let stranger = try await Browser(site.address).post(
            "/operator/founders/certify", ["key": key], from: "/operator")
        #expect(stranger.reason == "unauthorized")
    }

    @Test
    func `what nodes counted gets into the log when the operator asks, and nobody else (A75)`()
        async throws
    {
        let site = try await Site.shared.value
        let office = try await Site.office.value
        func size() async throws -> UInt64 {
            let note = try await office.get("/log/checkpoint").text
            return try #require(UInt64(note.split(separator: "\n")[1]))
        }
        let stranger = try await Browser(site.address).post(
            "/operator/founders/counts", [:], from: "/operator")
        #expect(stranger.reason == "unauthorized")
        let before = try await size()
        let answer = try await office.post(
            "/operator/founders/counts", [:], from: "/operator")
        #expect(answer.status == 303)
        #expect(try await size() > before)
        #expect(
            try await office.get("/operator?lang=en").text.contains(
                "Publish what the nodes counted"))
    }
}
