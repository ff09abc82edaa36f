import { describe, expect, it } from 'vitest'
import { describeTitle } from '../../src/articles/rules/titles/describe.ts'
import { findItemKind } from '../../src/articles/rules/titles/item-kind.ts'
import { readTitle, withoutCredit } from '../../src/articles/rules/titles/marks.ts'

const kindOf = (title: string, language = 'en', url = 'https://courier.example/a') =>
  findItemKind({ title, language, url })?.kind ?? 'news'

describe('what is shown of a title', () => {
  it.each([
    ['UPDATE 3-Ferry sinks off Port Ellin', 'en', 'Ferry sinks off Port Ellin'],
    ['RPT-UPDATE 1-Ferry sinks off Port Ellin', 'en', 'Ferry sinks off Port Ellin'],
    ['GLOBAL MARKETS-Shares rise on hopes for the ferry', 'en', 'Shares rise on hopes for the ferry'],
    ['US STOCKS-Fed lifts Wall Street', 'en', 'Fed lifts Wall Street'],
    ['Analysis-Ferry disaster tests the mayor', 'en', 'Ferry disaster tests the mayor'],
    ['EXCLUSIVE: Ferry had no lifeboats', 'en', 'Ferry had no lifeboats'],
    ['WATCH: Ferry sinks off Port Ellin', 'en', 'Ferry sinks off Port Ellin'],
    ['[PHOTOS] Ferry sinks off Port Ellin', 'en', 'Ferry sinks off Port Ellin'],
    ['Ferry sinks off Port Ellin (photos, video)', 'en', 'Ferry sinks off Port Ellin'],
    ['Ferry sinks off Port Ellin (+video)', 'en', 'Ferry sinks off Port Ellin'],
    ['Ferry sinks off Port Ellin (Reuters)', 'en', 'Ferry sinks off Port Ellin'],
    ['Ferry sinks off Port Ellin (UPDATE2)', 'en', 'Ferry sinks off Port Ellin'],
    ['Ferry sinks off Port Ellin - AP', 'en', 'Ferry sinks off Port Ellin'],
    ['Ferry sinks off Port Ellin | AFP', 'en', 'Ferry sinks off Port Ellin'],
    ['Ferry sinks off Port Ellin – live updates', 'en', 'Ferry sinks off Port Ellin'],
    ['Ferry sinks off Port Ellin as storm  ...', 'en', 'Ferry sinks off Port Ellin as storm'],
    ['Ferry sinks off Port Ellin (video) …', 'en', 'Ferry sinks off Port Ellin'],
    ['ROUNDUP 2/Fähre sinkt vor Port Ellin', 'de', 'Fähre sinkt vor Port Ellin'],
    ['WDH/ROUNDUP: Fähre sinkt vor Port Ellin', 'de', 'Fähre sinkt vor Port Ellin'],
    ['Liveblog: Fähre sinkt vor Port Ellin', 'de', 'Fähre sinkt vor Port Ellin'],
    ['+++ Fähre sinkt vor Port Ellin +++', 'de', 'Fähre sinkt vor Port Ellin'],
    ['Fähre sinkt vor Port Ellin (mit Video)', 'de', 'Fähre sinkt vor Port Ellin'],
    ['EN DIRECT. Un ferry coule au large', 'fr', 'Un ferry coule au large'],
    ['VIDÉO - Un ferry coule au large', 'fr', 'Un ferry coule au large'],
    ['EN VIVO: se hunde un ferry', 'es', 'se hunde un ferry'],
    ['DIRETTA: affonda un traghetto a Port Ellin', 'it', 'affonda un traghetto a Port Ellin'],
    ['AO VIVO: balsa afunda em Port Ellin', 'pt', 'balsa afunda em Port Ellin'],
    ['Паром затонул у берега (фото, видео)', 'ru', 'Паром затонул у берега'],
    ['【视频】渡轮在港口附近沉没', 'zh', '渡轮在港口附近沉没'],
    ['【速報】フェリーが沖合で沈没', 'ja', 'フェリーが沖合で沈没'],
    ['[속보] 여객선 앞바다서 침몰', 'ko', '여객선 앞바다서 침몰'],
    ['عاجل: غرق عبارة قبالة الساحل', 'ar', 'غرق عبارة قبالة الساحل'],
  ])('of the title %s (%s), pages show %s', (title, language, headline) => {
    expect(readTitle(title, language).headline).toBe(headline)
    expect(readTitle(headline, language)).toEqual({ headline, marks: [] })
  })

  it.each([
    ['US-China trade talks resume in Port Ellin', 'en'],
    ['COVID-19 cases rise in Port Ellin', 'en'],
    ['VW T-Roc recalled over brakes', 'en'],
    ['Update-proof walls for the harbour', 'en'],
    ['US GOP-Led House Passes Bill On Border', 'en'],
    ['US VP-Elect Visits Port Ellin', 'en'],
    ['NEW US-China Talks Stall In Port Ellin', 'en'],
    ['UN UNESCO-Listed Harbour Of Port Ellin Burns', 'en'],
    ['Opinion: the ferry should never have sailed', 'en'],
    ['Live and let live in Port Ellin', 'en'],
    ['Mayor quits over ferry - report', 'en'],
    ['Harbour wall (built 1901) collapses', 'en'],
    ['Director of the ferry line: no comment', 'en'],
    // Of these labels one is French, one German.
    ['Direct: the new ferry line', 'en'],
    ['Bild: the paper that shook Port Ellin', 'en'],
    ['Video (AP)', 'en'],
    ['WATCH: Ferry sinks', 'en'],
  ])('the title %s is shown unchanged, since it has no label or too little would remain', (title, language) => {
    expect(readTitle(title, language).headline).toBe(title)
  })

  it.each([
    ['PORT ELLIN (Reuters) - A ferry sank.', 'PORT ELLIN A ferry sank.'],
    ['AP - A ferry sank.', 'A ferry sank.'],
    ['Canadian Press - PORT ELLIN (AP) - A ferry sank.', 'PORT ELLIN A ferry sank.'],
    ['The ferry (built 1901) sank.', 'The ferry (built 1901) sank.'],
    ['Reuters said a ferry sank.', 'Reuters said a ferry sank.'],
  ])('the summary %s is read without agency credits', (summary, read) => {
    expect(withoutCredit(summary)).toBe(read)
  })
})

describe('the kind of an item', () => {
  it.each([
    ['Top Entertainment Stories', 'en', 'landing'],
    ['Business Wire', 'en', 'landing'],
    ['Sports in brief', 'en', 'landing'],
    ['Courier.com news services', 'en', 'landing'],
    ['Politik', 'de', 'landing'],
    ['Das Wichtigste am Morgen', 'de', 'landing'],
    ['Últimas noticias', 'es', 'landing'],
    ['今日要闻', 'zh', 'landing'],
    ['GAME DAY RECAP Sunday, November 28', 'en', 'bulletin'],
    ['20:00 GMT', 'en', 'bulletin'],
    ['tagesschau 20:00 Uhr, 29.11.2026', 'de', 'bulletin'],
    ["L'essentiel de l'actualité du lundi 8 juin", 'fr', 'bulletin'],
    ['Horoscope du mardi 9 juin', 'fr', 'bulletin'],
    ['Гороскоп на четверг 11 июня для каждого знака', 'ru', 'bulletin'],
    ['Morning briefing: Ferry sinks; Bank keeps its rate; Polls open', 'en', 'round-up'],
    ['UPDATE 1-Weekend round-up: the ferry and what it tells', 'en', 'round-up'],
    ['5 things to know for Friday: Ferry, bank, polls', 'en', 'round-up'],
    ['Marle recalls 250 cars, Ellin Lines sues, Varland Bank to merge ...', 'en', 'round-up'],
    ['Der Tag im Überblick: Fähre, Streik und Wahl', 'de', 'round-up'],
    ['+++ Fähre gesunken +++ Streik beendet +++ Wahl in Varland +++', 'de', 'round-up'],
    ['Дайджест: паром затонул, банк сохранил ставку', 'ru', 'round-up'],
  ])('the item %s (%s) is classified as %s', (title, language, kind) => {
    expect(kindOf(title, language)).toBe(kind)
  })

  it('the URL of a topic makes an item a landing page, that of an article within a topic does not', () => {
    expect(kindOf('Port Ellin ferry', 'en', 'https://courier.example/topic/port-ellin-ferry/')).toBe('landing')
    expect(kindOf('Ferry sinks', 'en', 'https://courier.example/topic/ferries/ferry-sinks-4711')).toBe('news')
    expect(kindOf('Ferry sinks', 'en', 'https://courier.example/thema/ferry-sinks-off-port-ellin-in-storm')).toBe(
      'news',
    )
  })

  it.each([
    ['Ferry sinks off Port Ellin', 'en'],
    ['BRIEF: Marle plans to hire 1000', 'en'],
    ['Brexit bill briefing: what is article 50', 'en'],
    ['5 things to know about the ferry: its owner, its age', 'en'],
    ['Ferry review round-up: critics love it', 'en'],
    ['Fed cuts rates, Powell says, in a surprise', 'en'],
    ["Ana Keibler, Clooney's ex, marries in private ceremony", 'en'],
    ['Prince Harry, Meghan and their son to visit Ellin, palace says', 'en'],
    ['Bonds deserves a quot;C quot; for historic 73; fans agree', 'en'],
    ['Obituaries of pets will mourn the most pampered', 'en'],
    ['March Madness', 'en'],
    ['Stocks slip', 'en'],
    ['Story 1', 'en'],
    ['Top 10 arts stories of 2013', 'en'],
    ['News 24', 'en'],
    ['Breaking Bad', 'en'],
    ['Der Überblick: Was zum Streik bekannt ist', 'de'],
    ['Heute wählt Varland', 'de'],
    ['Grève à la SNCF : le trafic perturbé', 'fr'],
  ])('the item %s is classified as news, or as possible news', (title, language) => {
    expect(kindOf(title, language)).toBe('news')
  })

  it('changes made to a title are explained with their reasons', () => {
    expect(
      describeTitle({ title: 'UPDATE 1-Morning briefing: ferry sinks', language: 'en', url: 'https://a.example/1' }),
    ).toEqual([
      'Shown as "Morning briefing: ferry sinks"',
      'left out "UPDATE 1-": a wire slug: which version of a dispatch, or of which service, it is',
      'Not a report on one event but a round-up: what stands before its news, "Morning briefing", announces several',
    ])
    expect(describeTitle({ title: 'Ferry sinks', language: 'en', url: 'https://a.example/1' })).toEqual([])
  })
})
