import Tegata
import TegataCrypto
import TegataSDJWT

/// Presentations that a door refuses, beside the raw operations of one that it accepts: nobody can make it work harder
/// by being wrong.
enum RefusalSteps {
    static func all() async throws -> [Step] {
        let club = try await Club(
            signing: .secp256k1(Secp256k1.PrivateKey()),
            holder: Holder(key: Secp256k1.PrivateKey()))
        let card = try await club.card()
        let door = club.door()
        let answer = try club.holder.present(
            card, revealing: City.asked, to: try await door.challenge(asking: City.asked))
        let bytes = Array(answer.utf8)
        guard let issuerEnd = bytes.firstIndex(of: UInt8(ascii: "~")),
            let disclosureEnd = bytes[(issuerEnd + 1)...].firstIndex(of: UInt8(ascii: "~"))
        else { throw Refusal.malformed }

        var issuerSignature = bytes
        issuerSignature.changeCharacter(at: issuerEnd - 20)
        var holderSignature = bytes
        holderSignature.changeCharacter(at: bytes.count - 20)
        var forged = bytes
        forged.replaceSubrange(
            issuerEnd + 1..<disclosureEnd,
            with: Base64URL.encode(Array("[\"c2FsdHNhbHRzYWx0\",\"tier\",\"gold\"]".utf8)).utf8)
        var dropped = bytes
        dropped.removeSubrange(issuerEnd + 1...disclosureEnd)
        var many = bytes
        let more = (0..<1_000).flatMap { number in
            Base64URL.encode(Array("[\"c2FsdHNhbHRzYWx0\",\"\(number)\",0]".utf8)).utf8
                + [UInt8(ascii: "~")]
        }
        many.insert(contentsOf: more, at: issuerEnd + 1)
        let large = bytes + [UInt8](repeating: UInt8(ascii: "~"), count: 300 * 1024)

        var steps = try await [
            refused("the issuer's signature is changed", issuerSignature, .signatureInvalid, door),
            refused(
                "the holder's signature is changed", holderSignature, .holderBindingInvalid, door),
            refused("a disclosure that nobody signed", forged, .disclosureInvalid, door),
            refused("1,000 disclosures that nobody signed", many, .disclosureInvalid, door),
            acceptedThousand(club, door),
            refused("a disclosure is left out", dropped, .holderBindingInvalid, door),
            refused("cut in half", Array(bytes[..<(bytes.count / 2)]), .malformed, door),
            refused("300 KiB", large, .limitExceeded, door),
        ]
        // Last, because from here on its question is used up.
        _ = try await door.verify(answer)
        steps.append(try await refused("an answer given before", bytes, .replayed, door))
        return steps
    }

    /// What the thousand cost when they are genuine.
    private static func acceptedThousand(_ club: Club, _ door: Verifier) async throws -> Step {
        let names = (0..<1_000).map(String.init)
        let card = try await club.card(with: Claims(names.map { ($0, .selective(0)) }))
        let answer = {
            try club.holder.present(
                card, revealing: names, to: try await door.challenge(asking: ["0"]))
        }
        return .consuming(
            "accepted: 1,000 disclosures", Floor([.verify: 2]),
            bytes: try await answer().utf8.count, from: answer
        ) {
            _ = try await door.verify($0)
        }
    }

    private static func refused(
        _ name: String, _ bytes: [UInt8], _ reason: Refusal, _ door: Verifier
    ) async throws -> Step {
        let text = String(decoding: bytes, as: UTF8.self)
        return .repeating("refused: \(name)", Floor([.verify: 2]), bytes: bytes.count) {
            do throws(Refusal) {
                _ = try await door.verify(text)
            } catch {
                guard error != reason else { return }
                throw error
            }
            throw Refusal.conflict
        }
    }
}

extension [UInt8] {
    /// Puts another character of base64url at `index`.
    mutating func changeCharacter(at index: Int) {
        self[index] = UInt8(ascii: self[index] == UInt8(ascii: "A") ? "B" : "A")
    }
}
