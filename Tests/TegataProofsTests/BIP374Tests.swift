import Foundation
import TegataCrypto
import TegataProofs
import TestSupport
import Testing

@Suite(.enabled(if: VectorFolder.thirdParty != nil, "no third-party vectors here"))
struct BIP374Tests {
    static func rows(_ name: String) -> [[String]] {
        guard let data = try? VectorFolder.data("bip374-dleq/\(name).csv") else { return [] }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            .dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    @Test(arguments: rows("test_vectors_generate_proof"))
    func `proofs are made as the BIP says`(row: [String]) throws {
        let bytes = row[1...6].map { Hex.decode($0) }
        let proof: [UInt8]? =
            if let g = bytes[0].flatMap({ try? Point(parsing: $0) }),
                let a = bytes[1].flatMap({ try? SecretScalar(parsing: $0) }),
                let b = bytes[2].flatMap({ try? Point(parsing: $0) }),
                let auxiliary = bytes[3].flatMap({ FixedBytes<32>($0) })
            {
                BIP374.prove(
                    a, base: b, generator: g, auxiliary: auxiliary, message: bytes[4] ?? [])
            } else { nil }
        #expect(proof.map(Hex.encode) == (row[6] == "INVALID" ? nil : row[6]))
    }

    @Test(arguments: rows("test_vectors_verify_proof"))
    func `proofs are checked as the BIP says`(row: [String]) throws {
        let points = row[1...4].map { Hex.decode($0).flatMap { try? Point(parsing: $0) } }
        let proof = try #require(Hex.decode(row[5]))
        var valid = false
        if let g = points[0], let a = points[1], let b = points[2], let c = points[3] {
            valid = BIP374.isValid(
                proof, a: a, b: b, c: c, generator: g, message: Hex.decode(row[6]) ?? [])
        }
        #expect(valid == (row[7] == "TRUE"))
    }
}
