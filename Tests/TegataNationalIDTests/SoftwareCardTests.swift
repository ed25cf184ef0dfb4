import Tegata
import TegataCrypto
import Testing

@testable import TegataNationalID

struct SoftwareCardTests {
    @Test func `three wrong PINs lock the card for good`() throws {
        let card = Shared.p384.card(pin: "4711")
        #expect(card.triesLeft == 3)
        #expect(throws: CardError.wrongPIN) { try card.verify(pin: "0000") }
        #expect(card.triesLeft == 2)
        #expect(throws: CardError.wrongPIN) { try card.verify(pin: "") }
        #expect(throws: CardError.locked) { try card.verify(pin: "47110") }
        #expect(throws: CardError.locked) { try card.verify(pin: "4711") }
        #expect(card.triesLeft == 0)
        #expect(throws: CardError.pinRequired) {
            try card.signature(over: [UInt8](repeating: 1, count: 48))
        }
    }

    @Test func `the right PIN gives the tries back, and asking costs none`() throws {
        let card = Shared.p384.card(pin: "4711")
        #expect(throws: CardError.wrongPIN) { try card.verify(pin: "4712") }
        for _ in 0..<10 { #expect(card.triesLeft == 2) }
        try card.verify(pin: "4711")
        #expect(card.triesLeft == 3)
    }

    @Test func `no signature without the PIN, none after a wrong one or after removal`() throws {
        let card = Shared.p384.card()
        let digest = [UInt8](repeating: 1, count: 48)
        #expect(throws: CardError.pinRequired) { try card.signature(over: digest) }
        try card.verify(pin: "1234")
        #expect(try card.signature(over: digest).count == 96)
        #expect(throws: CardError.refused) { try card.signature(over: [1]) }
        card.remove()
        #expect(throws: CardError.pinRequired) { try card.signature(over: digest) }
        try card.verify(pin: "1234")
        #expect(throws: CardError.wrongPIN) { try card.verify(pin: "9999") }
        #expect(throws: CardError.pinRequired) { try card.signature(over: digest) }
    }

    @Test func `a wrong PIN reaches the holder as such and costs one try`() async throws {
        let card = Shared.rsa.card(key: Shared.rsaKey)
        let reader = CardInReader(card, pin: "0000")
        await #expect(throws: CardError.wrongPIN) {
            try await reader.evidence(over: Shared.challenge)
        }
        #expect(card.triesLeft == 2)
    }

    @Test(arguments: [CardClass.jpkiRSA, .jpkiP384])
    func `demonstration people pass where demonstration is trusted`(
        cardClass: CardClass
    ) async throws {
        let person = DemoIdentity(cardClass)
        let evidence = try await person.evidence(over: Shared.challenge)
        let result = try await JPKI.testCards.verify(
            evidence, over: Shared.challenge, at: Shared.now)
        #expect(result.usesTestAnchors)
        #expect(result.revocation.state == .good)
        let own = try await person.personInput()
        #expect(result.personInput == own)
        #expect(await Shared.outcome(Shared.jpki, evidence) == .nationalIDInvalid)
        DemoIdentity.authority.revoke(person.card)
        DemoIdentity.nextAuthority.revoke(person.card)
        #expect(await Shared.outcome(JPKI.testCards, evidence) == .nationalIDInvalid)
    }

    @Test func `certificates of a test authority have the published profile`() throws {
        let card = Shared.rsa.card(key: Shared.rsaKey)
        let certificate = try Certificate(parsing: card.certificate)
        #expect(certificate.serialNumber.count == 4)
        #expect(certificate.extensions.policies?.isCritical == true)
        #expect(certificate.extensions.keyUsage?.uses == .digitalSignature)
        #expect(certificate.extensions.basicConstraints == nil)
        let name = try DistinguishedName(parsing: certificate.subject)
        #expect(name.only(.commonName)?.count == 23)
        let root = try Certificate(parsing: Shared.rsa.root)
        #expect(root.isSelfIssued)
        #expect(root.isSigned(by: try root.publicKey()))
    }
}
