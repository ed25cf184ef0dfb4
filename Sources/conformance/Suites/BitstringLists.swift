import Foundation
import TegataCrypto
import TegataSDJWT

/// W3C Bitstring Status List: the published list, and those in the recommendation's examples.
func runBitstringLists(_ folder: Folder, _ report: inout Report) throws {
    report.forEach(try folder.files("", ".json")) { file, report in
        let json = try file.json
        report.expect("encodedList") {
            let list = try BitstringStatusList(parsing: try json.encodedList.string)
            guard list.count == (try json.expandedBits.int) else { return false }
            return try (0..<list.count).allSatisfy { try list.status(at: $0) == 0 }
        }
        for example in json.examples.list {
            let title = try example.title.string
            let credential = try example.text.string
            guard let match = credential.firstMatch(of: /"encodedList": "([^"]+)"/) else {
                report.skip(
                    title, "a credential of the VC data model, which Tegata's cards are not")
                continue
            }
            let text = String(match.1)
            report.expect(title) {
                let list = try BitstringStatusList(parsing: text)
                // Two bits an entry where the example has messages for four statuses.
                return try list.status(at: 94_567) == 0 && list.status(at: 0, size: 2) == 0
            }
        }
    }
}
