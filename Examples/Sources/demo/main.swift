// The fifteen lines everything else serves, as the README shows them; then the whole story, step by step.

// begin fifteen lines
import Tegata
import TegataNationalID

// The club: an edition of 500, for people whose (test) ID card says they are new.
let club = Issuer(
    at: "https://club.example", keys: .generate(), identity: .embedded(accepting: .testCards))
let founders = try await club.open(Edition("founders", limit: 500))
// The member: asks for a card, proving to be a new person without saying who.
let member = Holder(key: Secp256k1.PrivateKey())
let request = try await member.request(founders, proving: DemoIdentity())
let issued = try await club.issue(to: request, claims: ["tier": "gold", "name": .selective("Yu")])
let card = try member.accept(issued, from: club.profile)
// The door: asks a fresh question, learns the tier and nothing else.
let door = Verifier(at: "https://door.example", trusting: club.profile, store: .inMemory())
let challenge = try await door.challenge(asking: ["tier"])
let answer = try member.present(card, revealing: ["tier"], to: challenge)
let membership = try await door.verify(answer)
print("№ \(membership.serial) of \(membership.edition.limit): \(membership.claims["tier"] ?? "–")")
// end fifteen lines

try await Story(language: .preferred).tell()
