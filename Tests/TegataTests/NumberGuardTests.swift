import Tegata
import Testing

@Suite struct NumberGuardTests {
    // Numbers made up here, with the check digit of Ordinance 85 of 2014, article 5.
    @Test(arguments: [
        "123456789018", "1234 5678 9018", "1234-5678-9018", "１２３４５６７８９０１８",
        "１２３４　５６７８　９０１８", "1234・5678・9018", "no. 123456789018!", "id:1234_5678_9018",
        "111111111118", "987654321093", "000000000000", "1\u{200b}23456789018", "12345/67890/18",
        "一二三四五六七八九〇一八", "٠٠٠٠٠٠٠٠٠٠٠٠", "1234.5678.9018", "x123456789018y",
        "2026 123456789018", "(1234)(5678)(9018)",
    ])
    func `what could be a My Number is found`(text: String) {
        #expect(NumberGuard.finds(in: text))
    }

    @Test(arguments: [
        "", "gold", "123456789012", "123466789012", "12345678901", "1234567890180", "2026-11-23",
        "090-1234-5678", "1,795,392,000", "No. 7 of 500",
    ])
    func `other text passes`(text: String) {
        #expect(!NumberGuard.finds(in: text))
    }
}
