import Foundation
import TegataCrypto
import TegataProofs
import TestSupport
import Testing

/// Randomness that hands out what a vector prescribes.
struct PrescribedRandomness: Randomness {
    var next: [[UInt8]]
    mutating func bytes(_ count: Int) -> [UInt8] { next.removeFirst() }
}

/// RFC 9497, appendix A. ristretto255 and P-521 are groups that nothing here uses; P-384 and decaf448 likewise.
@Suite(.enabled(if: VectorFolder.thirdParty != nil, "no third-party vectors here"))
struct OPRFVectorTests {
    struct Group: Decodable, CustomTestStringConvertible {
        struct Proof: Decodable {
            let proof: String
            let r: String
        }
        struct Case: Decodable {
            let Blind: String
            let BlindedElement: String
            let EvaluationElement: String
            let Input: String
            let Info: String?
            let Output: String
            let Proof: Proof?
        }
        let identifier: String
        let mode: UInt8
        let seed: String
        let keyInfo: String
        let skSm: String
        let pkSm: String?
        let vectors: [Case]
        var testDescription: String { "\(identifier), mode \(mode)" }
    }

    static let groups: [Group] =
        ((try? JSONDecoder().decode(
            [Group].self, from: VectorFolder.data("rfc9497-voprf/vectors.json"))) ?? [])
        .filter { $0.identifier == "P256-SHA256" }

    @Test(arguments: groups)
    func `all modes agree with the RFC`(group: Group) throws {
        let oprf = OPRF<P256Point>(try #require(OPRF<P256Point>.Mode(rawValue: group.mode)))
        let key = try #require(oprf.key(seed: bytes(group.seed), info: bytes(group.keyInfo)))
        #expect(Hex.encode(key.bytes.exposedBytes) == group.skSm)
        let publicKey = P256Point.generator.times(key)
        if let expected = group.pkSm { #expect(Hex.encode(publicKey.encoded) == expected) }
        for vector in group.vectors {
            let inputs = try list(vector.Input)
            let info = try vector.Info.map { try bytes($0) } ?? []
            let blinds = try list(vector.Blind).map {
                try #require(P256Secret(secret: SecretBytes(copying: $0.span)))
            }
            let blinded = try zip(inputs, blinds).map { try #require(oprf.blind($0, with: $1)) }
            #expect(blinded.map(\.encoded) == (try list(vector.BlindedElement)))
            var random = PrescribedRandomness(
                next: try vector.Proof.map { [try bytes($0.r)] } ?? [])
            let (elements, proof) = try oprf.evaluate(
                blinded, key: key, info: info, using: &random)
            #expect(elements.map(\.encoded) == (try list(vector.EvaluationElement)))
            if let expected = vector.Proof {
                #expect(Hex.encode(proof) == expected.proof)
                #expect(
                    oprf.isValid(
                        proof, blinded: blinded, elements: elements, publicKey: publicKey,
                        info: info))
                for index in proof.indices {
                    var changed = proof
                    changed[index] ^= 1
                    #expect(
                        !oprf.isValid(
                            changed, blinded: blinded, elements: elements,
                            publicKey: publicKey, info: info))
                }
                #expect(
                    !oprf.isValid(
                        proof, blinded: elements, elements: blinded, publicKey: publicKey,
                        info: info))
            }
            let outputs = zip(zip(inputs, blinds), elements).map {
                oprf.finalize($0.0, blind: $0.1, element: $1, info: info)
            }
            #expect(outputs == (try list(vector.Output)))
        }
    }

    @Test(arguments: [UInt8(0), 1, 2])
    func `the same code runs on secp256k1`(mode: UInt8) throws {
        let oprf = OPRF<Point>(try #require(OPRF<Point>.Mode(rawValue: mode)))
        var random = SeededRandomness("oprf")
        let key = SecretScalar.random(using: &random)
        let input = Array("input".utf8)
        let outputs = try (0..<2).map { _ in
            let blind = SecretScalar.random(using: &random)
            let blinded = try #require(oprf.blind(input, with: blind))
            let (elements, proof) = try oprf.evaluate(
                [blinded], key: key, info: [1], using: &random)
            #expect(
                oprf.isValid(
                    proof, blinded: [blinded], elements: elements,
                    publicKey: key.timesGenerator, info: [1]) == (mode > 0))
            return oprf.finalize(input, blind: blind, element: elements[0], info: [1])
        }
        #expect(outputs[0] == outputs[1])
    }

    private func bytes(_ text: String) throws -> [UInt8] {
        try #require(Hex.decode(text))
    }

    /// A batch is separated by commas.
    private func list(_ text: String) throws -> [[UInt8]] {
        try text.split(separator: ",").map { try bytes(String($0)) }
    }
}
