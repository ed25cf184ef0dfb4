import Foundation
import TegataCrypto
import TegataProofs
import TestSupport
import Testing

/// draft-irtf-cfrg-sigma-protocols and its Fiat–Shamir companion, on the drafts' own P-256 vectors.
@Suite(.enabled(if: VectorFolder.thirdParty != nil, "no third-party vectors here"))
struct DraftVectorTests {
    struct SigmaCase: Decodable, CustomTestStringConvertible {
        let Id: String
        let Flavor: String
        let Tag: String
        let SessionId: String?
        let Instance: String
        let Witness: String?
        let NargString: String
        let Expected: String
        var testDescription: String { Id }
    }

    static let proofs =
        load("sigma-protocols/sigma-proofs_Shake128_P256.json", [SigmaCase].self)
        + load("sigma-protocols/sigma-proofs-invalid_Shake128_P256.json", [SigmaCase].self)

    @Test(arguments: proofs)
    func `proofs are accepted and refused as the draft says`(vector: SigmaCase) throws {
        let instance = try #require(Hex.decode(vector.Instance))
        let proof = try #require(Hex.decode(vector.NargString))
        let flavor: SigmaProof<P256Point>.Flavor =
            vector.Flavor == "compact" ? .compact : .batchable
        if let session = vector.SessionId {
            #expect(
                Hex.encode(DuplexSponge.session(tag: Array(vector.Tag.utf8)).array) == session)
        }
        guard let relation = try? LinearRelation<P256Point>(parsing: instance) else {
            #expect(vector.Expected == "reject")
            return
        }
        #expect(relation.encoded == instance)
        let statement = SigmaProof(relation, flavor: flavor, tag: vector.Tag)
        #expect(statement.isValid(proof) == (vector.Expected == "accept"))
        guard let witness = vector.Witness.flatMap({ Hex.decode($0) }) else { return }
        let secrets = try stride(from: 0, to: witness.count, by: 32).map {
            try #require(
                P256Secret(secret: SecretBytes(copying: Array(witness[$0..<$0 + 32]).span)))
        }
        var random = SeededRandomness(vector.Id)
        let ours = try statement.prove(secrets, using: &random)
        #expect(ours.count == proof.count && statement.isValid(ours))
    }

    struct SpongeCase: Decodable, CustomTestStringConvertible {
        struct Operation: Decodable {
            let type: String
            let data: String?
            let length: Int?
        }
        let Name: String
        let Function: String
        let SessionId: String?
        let Operations: [Operation]?
        let Tag: String?
        let Output: String?
        let Challenge: String?
        var testDescription: String { Name }
    }

    static let sponges = load(
        "sigma-protocols/fiatShamirShake128Vectors.json", [SpongeCase].self
    ).filter { $0.Function != "Sumcheck" }  // the example protocol of an appendix

    @Test(arguments: sponges)
    func `the sponge agrees with the draft`(vector: SpongeCase) throws {
        let expected = try #require(vector.Output)
        if let tag = vector.Tag {
            let session = DuplexSponge.session(tag: try #require(Hex.decode(tag)))
            #expect(Hex.encode(session.array) == expected)
            return
        }
        let id = try #require(vector.SessionId.flatMap { Hex.decode($0) })
        var sponge = DuplexSponge(session: try #require(FixedBytes<32>(id)))
        var output: [UInt8] = []
        for operation in vector.Operations ?? [] {
            if operation.type == "absorb" {
                sponge.absorb(try #require(operation.data.flatMap { Hex.decode($0) }))
            } else {
                output += sponge.squeeze(try #require(operation.length))
            }
        }
        #expect(Hex.encode(output) == expected)
        if let challenge = vector.Challenge {
            let scalar = P256Scalar(reducingLittleEndian: output)
            #expect("0x" + Hex.encode(scalar.encoded) == challenge)
        }
    }

    struct CodecCase: Decodable, CustomTestStringConvertible {
        let Name: String
        let Function: String
        let Modulus: String?
        let ExtensionDegree: Int?
        let ByteOrder: String?
        let Input: String?
        let Value: String?
        let Output: String?
        let Coordinates: [String]?
        let Challenge: String?
        let Expected: String?
        var testDescription: String { Name }
    }

    static let codecs = load(
        "sigma-protocols/fiatShamirCodecVectors.json", [CodecCase].self
    ).filter { $0.Function != "Sumcheck" }

    @Test(arguments: codecs)
    func `the codecs agree with the draft`(vector: CodecCase) throws {
        let input = vector.Input.flatMap { Hex.decode($0) } ?? []
        let modulus = vector.Modulus.flatMap { Hex.decode($0.dropFirst(2)) } ?? []
        var reader = Reader(input)
        switch vector.Function {
        case "SerializeVarLenString":
            #expect(Hex.encode(Codec.prefixed(input)) == vector.Output)
        case "DeserializeVarLenString":
            let read = try? reader.prefixed()
            #expect((read == nil) == (vector.Expected == "reject"))
        case "SerializeUint":
            let value = try #require(vector.Value.flatMap { Hex.decode($0.dropFirst(2)) })
            let written = try #require(Codec.unsigned(value, below: modulus))
            #expect(Hex.encode(written) == vector.Output)
        case "SerializeField":
            let value = try #require(vector.Value.flatMap { Hex.decode($0.dropFirst(2)) })
            #expect(
                Hex.encode(P256Scalar(reducingBigEndian: value).encoded) == vector.Output)
        case "DeserializeUint", "DeserializeField":
            var coordinates: [String] = []
            do {
                for _ in 0..<(vector.ExtensionDegree ?? 1) {
                    coordinates.append(Hex.encode(try reader.unsigned(below: modulus)))
                }
                try reader.finish()
                #expect(vector.Expected == nil)
                let expected = vector.Coordinates?.map { String($0.dropFirst(2)) }
                let trimmed = coordinates.map { String($0.drop { $0 == "0" }) }
                #expect(trimmed == expected)
            } catch {
                #expect(vector.Expected == "reject")
            }
        case "DecodeUint":
            let challenge = P256Scalar(reducingLittleEndian: input)
            let expected = try #require(vector.Challenge).dropFirst(2)
            #expect(
                challenge.encoded
                    == P256Scalar(
                        reducingBigEndian:
                            try #require(Hex.decode(expected))
                    ).encoded)
        default:
            Issue.record("unknown function \(vector.Function)")
        }
    }

    private static func load<Value: Decodable & RangeReplaceableCollection>(
        _ path: String, _: Value.Type
    ) -> Value {
        guard let data = try? VectorFolder.data(path) else { return Value() }
        do {
            return try JSONDecoder().decode(Value.self, from: data)
        } catch {
            Issue.record("\(path): \(error)")
            return Value()
        }
    }
}
