import { readFileSync } from 'node:fs'
import { list } from 'isbot'
import { check } from 'recheck'
import { describe, expect, it } from 'vitest'
import { EventSettings } from '../../src/config/sections/events.ts'
import { LEFT_OUT, NAMED, namesRobot, robotsBut } from '../../src/events/robots.ts'
import { NOON } from '../support/articles.ts'
import { testCounters, view } from '../support/events.ts'

const IOS = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const ANDROID =
  'Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36'
const DESKTOP = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)'

/** As news apps, readers of feeds and browsers within apps send it, by themselves and from the library they fetch with. */
const READERS = [
  'Axios/5.1 (iPhone; iOS 17.2)',
  'SmartNews/24.5.10 (iPhone; iOS 17.5; Scale/3.00)',
  `${ANDROID} SmartNews/24.5.30`,
  'BBCNews/7.2.1 (iPhone14,5; iOS 17.5) CFNetwork/1496.0.7 Darwin/23.5.0',
  'BBCNews/20452 (SM-G991B; Android 14)',
  'NewsBreak/24.20.0.12 CFNetwork/1494.0.7 Darwin/23.4.0',
  `${ANDROID} NewsBreak/24.21.1`,
  'AppleNews/872 CFNetwork/1496.0.7 Darwin/23.5.0',
  'Apple%20News/872 CFNetwork/1496.0.7 Darwin/23.5.0',
  'com.google.GoogleNews/5.96 iPhone/17.5 hw/iPhone14_5',
  `${ANDROID} GoogleNews/5.96.0`,
  `${IOS} GSA/317.0.634488990 Mobile/15E148 Safari/604.1`,
  'Flipboard/4.3.10 (iPhone; iOS 17.5; Scale/3.00)',
  `${ANDROID} Flipboard/4.3.22/5342`,
  `${ANDROID} Flipboard-Briefing/4.1`,
  'Feedly/97.0.1 CFNetwork/1496.0.7 Darwin/23.5.0',
  `${IOS} Mobile/15E148 Feedly/97`,
  'Inoreader/7.7.6 (iPhone; iOS 17.5.1; Scale/3.00)',
  'NetNewsWire (RSS Reader; https://netnewswire.com/)',
  'Reeder/5050001 CFNetwork/1496.0.7 Darwin/23.5.0',
  'Unread/2024.3 (RSS Reader; https://www.goldenhillsoftware.com/unread/)',
  'okhttp/4.12.0',
  'NewsApp/3.2 (Android 14) okhttp/4.12.0',
  'Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP1A.240505.004)',
  'HarbourNews/1.0',
  'HarbourNews/12 CFNetwork/1496.0.7 Darwin/23.5.0',
  'Dart/3.4 (dart:io)',
  `${IOS} Mobile/15E148 [FBAN/FBIOS;FBAV/465.0.0.44.103;FBBV/602060281;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5.1;FBSS/3;FBID/phone;FBLC/en_US;FBOP/5]`,
  `${ANDROID} [FB_IAB/FB4A;FBAV/466.0.0.54.75;]`,
  `${IOS} Mobile/15E148 Instagram 333.0.0.33.111 (iPhone14,5; iOS 17_5_1; en_US; en; scale=3.00; 1170x2532; 604247854)`,
  `${IOS} Mobile/15E148 Safari Line/14.8.0`,
  `${IOS} Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/en`,
  `${ANDROID} BytedanceWebview/d8a21c6 trill_340503 JsSdk/1.0 NetType/WIFI Channel/googleplay AppName/musical_ly`,
  `${IOS} Mobile/15E148 Twitter for iPhone/10.44`,
  `${IOS} Mobile/15E148 [LinkedInApp]/9.29.7583`,
  `${IOS} Mobile/15E148 [Pinterest/iOS]`,
  `${IOS} Mobile/15E148 Snapchat/12.92.0.42 (like Safari/8618.2.12.11.6, panda)`,
  `${ANDROID} KAKAOTALK/25.5.0 (INAPP)`,
  `${IOS} Mobile/15E148 NAVER(inapp; search; 1000; 12.6.5; 13)`,
  `${IOS} Mobile/15E148 DaumApps/8.3.0`,
  `${ANDROID} GrabApp/5.310`,
  `${IOS} Mobile/15E148 YJApp-IOS jp.co.yahoo.ipn.appli/4.101`,
  'YahooMobile/1.0 (newsroom; 42.5.0); (iOS/17.5; iPhone)',
  'DailyMonitor/5.1 (iPhone; iOS 17.5; Scale/3.00)',
  'TIME/7.1.0 (iPhone; iOS 17.5; Scale/3.00)',
  'TheObserver/2.2 CFNetwork/1496.0.7 Darwin/23.5.0',
  '20min/9.1 CFNetwork/1496.0.7 Darwin/23.5.0',
  'DuckDuckGo/7.121.0 CFNetwork/1496.0.7 Darwin/23.5.0',
  `${DESKTOP} Chrome/125.0.0.0 Safari/537.36`,
  `${DESKTOP} Chrome/125.0.0.0 Safari/537.36 Edg/125.0.0.0`,
  'Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0',
  `${DESKTOP} Chrome/116.0.0.0 Safari/537.36 SE 2.X MetaSr 1.0`,
  'Opera/9.80 (Android; Opera Mini/36.2/191.273; U; en) Presto/2.12.423 Version/12.16',
]

const ROBOTS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Googlebot-News',
  'axios/1.6.2',
  'newspaper/0.2.8',
  'Newspaper4k/0.9.3',
  'trafilatura/1.6.0 (+https://github.com/adbar/trafilatura)',
  'Scrapy/2.11.0 (+https://scrapy.org)',
  'Googlebot-Image/1.0',
  'Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)',
  'GoogleOther',
  'AdsBot-Google (+http://www.google.com/adsbot.html)',
  'Mediapartners-Google',
  'FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)',
  'APIs-Google (+https://developers.google.com/webmasters/APIs-Google.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  `${DESKTOP} Chrome/103.0.5060.134 Safari/537.36 BingPreview/1.0b`,
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)',
  'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
  'Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)',
  'CCBot/2.0 (https://commoncrawl.org/faq/)',
  'Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)',
  'Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)',
  'Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)',
  'Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)',
  'Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)',
  'DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)',
  'Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)',
  'AppleNewsBot',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)',
  'meta-externalfetcher/1.1',
  'Twitterbot/1.0',
  'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'Slack-ImgProxy (+https://api.slack.com/robots)',
  'TelegramBot (like TwitterBot)',
  'WhatsApp/2.24.9.78 A',
  'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)',
  'Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)',
  'Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)',
  'Mozilla/5.0 (compatible; StatusCake)',
  'Site24x7',
  'check_http/v2.3.3 (nagios-plugins 2.3.3)',
  `${DESKTOP.replace('537.36', '537.36')} HeadlessChrome/125.0.0.0 Safari/537.36`,
  'Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1',
  `${DESKTOP} Chrome/125.0.0.0 Safari/537.36 Chrome-Lighthouse`,
  'python-requests/2.32.3',
  'Python-urllib/3.11',
  'python-httpx/0.27.0',
  'Python/3.11 aiohttp/3.9.5',
  'curl/8.5.0',
  'Wget/1.21.4',
  'Go-http-client/2.0',
  'Java/17.0.11',
  'Apache-HttpClient/4.5.14 (Java/17.0.11)',
  'axios/1.7.2',
  'node-fetch/1.0 (+https://github.com/bitinn/node-fetch)',
  'node',
  'undici',
  'GuzzleHttp/7',
  'PHP/8.2.18',
  'libwww-perl/6.77',
  'Ruby',
  'Scrapy/2.11.2 (+https://scrapy.org)',
  'Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)',
  'Mozilla/5.0 (compatible; inoreader.com-like FeedFetcher-Google)',
  'FreshRSS/1.24.0 (Linux; https://freshrss.org)',
  'Mozilla/5.0 (compatible; Miniflux/2.1.3; +https://miniflux.app)',
  'Tiny Tiny RSS/24.05 (https://tt-rss.org/)',
  'W3C_Validator/1.3 http://validator.w3.org/services',
  'ia_archiver (+http://www.alexa.com/site/help/webmasters; crawler@alexa.com)',
  'Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)',
  'Mozilla/5.0 (compatible; CensysInspect/1.1; +https://about.censys.io/)',
  'Mozilla/5.0 zgrab/0.x',
  'WordPress/6.5.3; https://example.com',
  'NewsBlur Feed Fetcher - 12 subscribers - https://www.newsblur.com/site/1/a',
  'kube-probe/1.29',
  'ELB-HealthChecker/2.0',
  'NewRelicPinger/1.0 (1234)',
  'PostmanRuntime/7.39.0',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot',
  'Mozilla/5.0 (compatible; Google-Read-Aloud; +https://support.google.com/webmasters/answer/1061943)',
  'http.rb/5.1.1 (Mastodon/4.2.8; +https://mastodon.example/)',
]

describe('a reader whose user agent looks unusual', () => {
  it('a reader whose user agent looks unusual is counted in news apps and in browsers within apps', () => {
    expect(READERS.filter(namesRobot)).toEqual([])
    expect(READERS.length).toBeGreaterThan(30)
  })

  it('a reader whose user agent is listed in the setting is counted, whatever else the agent says, and robots are not', () => {
    const own = 'HarbourBot Reader/2.1 (+https://harbour.example/app)'
    expect(namesRobot(own)).toBe(true)
    const isRobot = robotsBut(['harbourbot reader'])
    expect(isRobot(own)).toBe(false)
    expect(ROBOTS.filter(ua => !isRobot(ua))).toEqual([])
  })

  it('no entry in the setting for readers can match words that robots use', () => {
    const problem = (text: string) => EventSettings.safeParse({ readers: [text] }).error?.issues[0]?.message
    expect(problem('Mozilla/5.0')).toMatch(/robots such as Googlebot: use a text that only your app sends/)
    expect(problem('bot')).toMatch(/robots such as Googlebot/)
    expect(problem('HarbourBot')).toBeUndefined()
  })
})

describe('a robot', () => {
  it('a robot that names itself in its user agent is not counted', () => {
    expect(ROBOTS.filter(ua => !namesRobot(ua))).toEqual([])
    expect(ROBOTS.length).toBeGreaterThan(30)
  })
})

describe("isbot's list", () => {
  it("isbot's list is adopted pattern by pattern: each one it has was reviewed", () => {
    // What is new in it is to be looked at: does it name a robot, or might it be a reader? Then it goes here or into LEFT_OUT.
    const kept = readFileSync('tests/fixtures/isbot-kept.txt', 'utf8').split('\n').slice(0, -1)
    expect(list.filter(pattern => !Object.hasOwn(LEFT_OUT, pattern))).toEqual(kept)
    expect(Object.keys(LEFT_OUT).filter(pattern => !list.includes(pattern))).toEqual([])
  })

  it("isbot's list is exactly the version that was reviewed", () => {
    expect(JSON.parse(readFileSync('package.json', 'utf8')).dependencies.isbot).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it("isbot's list is supplemented by patterns of our own, none of which is found to be slower than linear", {
    timeout: 300_000,
  }, async () => {
    // What a busy machine does not judge in time is no fault; an agent has 2,048 characters at most.
    for (const source of NAMED)
      expect([source, (await check(source, 'i', { timeout: 60_000 })).status]).not.toEqual([source, 'vulnerable'])
  })
})

describe('views of readers and robots in one stream', () => {
  const { aCounter, A } = testCounters()

  it('views of readers and robots in one stream are told apart, also by a setting that a reload changes between batches', async () => {
    const desk = aCounter()
    const counter = desk.counter()
    const app = 'HarbourBot/2.1'
    await counter.countEntries(
      await desk.deliver(NOON, [
        view(A, 'a', { ua: 'SmartNews/24.5.10 (iPhone; iOS 17.5; Scale/3.00)' }),
        view(A, 'b', { ua: 'okhttp/4.12.0' }),
        view(A, 'c', { ua: 'Googlebot-News' }),
        view(A, 'd', { ua: app }),
      ]),
    )
    expect([await desk.totals('view'), await desk.refused()]).toEqual([{ [A]: 2 }, { bot: 2 }])
    desk.reload({ readers: ['harbourbot'] })
    await counter.countEntries(await desk.deliver(NOON, [view(A, 'd', { ua: app }), view(A, 'c', { ua: 'Googlebot' })]))
    expect([await desk.totals('view'), await desk.refused()]).toEqual([{ [A]: 3 }, { bot: 3 }])
  })
})
