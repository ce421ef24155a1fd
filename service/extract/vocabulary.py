"""The small words of news prose that tell what a capitalised run is, or that it is no name."""

from service.names import word_list
from service.titles import COURTESY_TITLES

# The version of these lists and of all rules, kept with every article: raised when they find more.
RULES = "rules-3"

TITLES = frozenset(COURTESY_TITLES)

UPPER = "A-ZÀ-ÖØ-ÞĀČĆĎĐĒĖĘĚĞĢĪİĶŁĻŃŅŇŌŐŘŚŠŞŤŪŮŰŹŻŽ"

# What a title-cased word in front of a name is when it is not part of it.
ROLES = word_list("""
    Acting Admiral Ambassador Analyst Archbishop Attorney Bishop Brigadier Cabinet Captain
    Cardinal Chairman Chairwoman Chancellor Chief Cllr Coach Colonel Col Commander Commissioner
    Congressman Congresswoman Coun Councillor Councilman Councilwoman
    Det Insp Defence Defense Deputy Director Doctor Editor Envoy
    Executive Father Finance First Foreign Former General Gen Governor Gov Head Inspector
    Interior Judge Justice Lieutenant Lt Major Maj Manager Mayor Minister Officer Police
    President Prime Professor Rep Representative Reverend Rev Secretary Sen Senator Sergeant
    Sgt Sheikh Sheriff Sister Spokesman Spokeswoman Spokesperson State Superintendent Treasurer Vice
""")

# What people do, and words that open sentences, before the name of a person and of nobody else.
BEFORE_PERSONS = word_list("""
    Accountant Activist Actor Actress Administrator Aide Architect Artist Astronaut Attacker Atty
    Author Ayatollah Backbencher Banker Batsman Billionaire Biologist Blogger Bowler Broadcaster
    Broker Businessman Businesswoman Campaigner Candidate Capt Champion Chemist Cleric Columnist
    Comedian Comedienne Commentator Competitor Composer Conductor Constable Consultant Coroner
    Cosmonaut Cornerback Counsel Counselor Counsellor Cyclist Dealer Defendant Defender Delegate
    Democrat Designer Detective Developer Dictator Diplomat Dissident Dist Driver Economist
    Engineer Entrepreneur Filmmaker Financier Fireman Firefighter Footballer Fullback
    Goalkeeper Golfer Gunman Heiress Historian Hojatoleslam Housewife Industrialist Insurer
    Investigator Investor Journalist Jockey Lawmaker Lawyer Lecturer Legislator Linebacker Lineman
    Magistrate Midfielder Millionaire Musician Negotiator Neighbor Neighbour Newcomer Nominee
    Novelist Organiser Organizer Outfielder Owner Paceman Paramedic Pensioner Philanthropist
    Philosopher Photographer Physician Physicist Pianist Pilot Pitcher Playwright Poet Pollster
    Premier Presenter Producer Promoter Prosecutor Psychiatrist Psychologist Publisher Quarterback
    Raider Referee Reporter Republican Researcher Resident Retailer Scientist Screenwriter Sculptor
    Singer Skipper Socialist Sociologist Soldier Solicitor Songwriter Speculator Strategist Striker
    Student Surgeon Surveyor Survivor Suspect Swimmer Teacher Teammate Technician Teenager
    Theologian Tory Trader Trainer Trooper Tycoon Umpire Undersecretary Veteran Victim Villager
    Violinist Volunteer Widow Winger Witness Writer
    About According After Against All Also Although Amid Among And Another As At Because Before
    Besides Both But By Despite During Even From Her His How If In Instead Its Like Meanwhile Near
    Neither Of Off Our Over Read Recent Since That Then Thus Though Under Unlike Until What When
    Where Whether Which While With Without
""")
# First names that end like what opens a sentence: Replacing Roe.
SURNAMES_LIKE_PARTICIPLES = word_list("""
    Browning Channing Downing Fielding Fleming Golding Harding Irving Keating Manning Ming Redding
    Sterling
""")

# A given name is taken by these, so the title belongs to the name: Pope Francis.
REGNAL = word_list("""
    Pope King Queen Prince Princess Emperor Empress Saint
""")

# Roles that stand directly before the name of a person: President Donald Trump.
LINKED = word_list("""
    President Senator Minister Chancellor Governor Mayor Chairman General
""")

# Words that open sentences; a name can follow them.
OPENERS = word_list("""
    A About According After Against All Also Although Amid Among An And Another Any As At
    Because Before Both But By Despite During Each Earlier Even Every For From He Her His How
    However I If In Into It Its Last Later Like Many Meanwhile More Most My Near No Nor Not
    Now Of On Once One Only Or Other Our Over Read She Since So Some Still Such That The Their
    Then There These They This Those Though Through To Two Under Unlike Until Up Upon We What
    When Where Whether Which While Who Why With Without Yet You Your
""")

# Last words that give a type away.
ORGANIZATION_HEADS = word_list("""
    Academy Administration Agency Airline Airlines Airways Alliance Army Assembly Association
    Authority Bancorp Bancorporation Bancshares Bank Board Breweries Broadcasting Brothers Bureau
    Chemicals Church Club College Commission Committee
    Co Company Conference Confederation Congress Consortium Corp Corporation Council Court
    Department Electronics Enterprises Federation Foods Force Forum Foundation Fund Group Holdings
    Inc Industries Institute Institution Insurance Laboratories Laboratory League Ltd Ministry
    Mission Motors Museum Network
    Office Orchestra Organisation Organization Parliament Partners Party Petroleum Pharmaceuticals
    Program
    Programme Publishers Publishing Radio Railroad Railway Railways Recordings Records Report School
    Savings Securities Senate Service Services Society Stores Studios Systems Team Technologies
    Telecom Television Tribunal Trust Union
    LLC PLC Plc United University
    Watch Daily Gazette Globe Guardian Herald Ilbo Journal Magazine Mail
    News Newspaper Post Press Review Sinmun Shimbun Standard Sun Telegraph Times Today Tribune
    Weekly Zeitung
""")

PLACE_HEADS = word_list("""
    Airport Avenue Bay Beach Bridge Canal Castle Cathedral City Coast County Creek District
    Falls Forest Gulf Hall Harbor Harbour Hill Hills Hotel Island Islands Lake Mountain
    Mountains Ocean Palace Park Peninsula Plaza Prison Province River Road Sea Square Stadium
    Station Strait Street Tower Valley Village
""")

# Hardly a family name, so that `Southwark Bridge` is no person.
SURELY_PLACES = word_list("""
    Airport Avenue Beach Bridge Canal Cathedral Harbor Harbour Hotel Island Islands Mountains Ocean
    Palace Peninsula Plaza Prison Province River Road Square Stadium Station Strait Street Valley
    Village
""")
SURELY_ORGANIZATIONS = word_list("""
    Academy Administration Agency Airlines Airways Association Authority Bancorp Bancshares
    Breweries Bureau Chemicals College Commission Committee Company Corporation Council Department
    Electronics Enterprises Federation Foods Foundation Group Holdings Inc Industries Institute
    Insurance Laboratories League Ltd Ministry Museum Office Orchestra Organisation Organization
    Parliament Party Petroleum Pharmaceuticals Railroad Railway Railways Savings Securities Services
    Society Stores Studios Systems Technologies Telecom Tribunal Union United University
""")

# What a company is by law. Alone it is no name, and before it stands no person.
LEGAL_FORMS = word_list("""
    AB AG Bhd Co Corp Cos GmbH Inc Incorporated KK Limited LLC LP Ltd NV Oyj PLC Plc Pty SA Spa SpA
""")

# Last words of what is a firm and nothing else, so that its first word alone stands for it too.
TRADES = word_list("""
    Aerospace Airlines Airways Bancorp Bancorporation Bancshares Breweries Broadcasting Chemicals
    Electronics Enterprises Foods Holdings Industries Laboratories Motors Oil Petroleum
    Pharmaceuticals Securities Semiconductor Stores Systems Technologies
""")

# Persons who are called by their initials; other capitals that a model calls a person are a body.
INITIALLED = word_list("AOC DSK FDR JFK LBJ MBS MLK RBG RFK")

# Last words of what is neither a person, nor an organisation, nor a place.
EVENTS_AND_WORKS = word_list("""
    Act Award Awards Bowl Campaign Championship Championships Cup Draft Festival Games Medal
    Olympics Pact Prize Season Symposium Tournament Treaty Trophy War Wars
""")
# Agencies and tables of figures write them like names.
UNITS = word_list("""
    Bln Cents Cts Dlr Dlrs Dollar Dollars Ecu Ecus Euro Eurodollars Euros Francs Marks Mln Pct Pesos
    Pounds Qtr Rupees Shrs Stg Tonnes Yen
    BLN CENTS CTS DLR DLRS DOLLAR DOLLARS ECU ECUS EURO EUROS FRANCS MARKS MLN PCT PESOS POUNDS QTR
    SHRS STG TONNES YEN
""")

# What a tagger takes for a name and no reader would look up.
NEVER = word_list("""
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May
    June July August September October November December Mon Tue Wed Thu Fri Sat Sun Jan Feb
    Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Today Yesterday Tomorrow North South East West
    Northeast Northwest Southeast Southwest FILES FILE PHOTO Photo Picture AM PM GMT EST PhD
    MP MPs MEP CEO CFO Mr Mrs Ms God Internet English Read Updated Embassy Christmas Easter
    Bible Ramadan Brexit END ENDS LEAD MORE GRAPHIC BST CET CEST HKT IST JST KST UTC EDT PDT PST
    CBE DBE KBE MBE OBE AD BC BCE CE II III IV VI VII VIII IX
    ATM CD CEOs CPI CV DIY DJ DNA DVD FAQ GDP GNP GPS HIV IPO IQ KO LED MVP PC PIN PPI Q&A R&D SMS
    SUV SWAT TV UFO URL VAT VIP WWI WWII G.D.P. G.N.P. N.A. Note NOTE Wi-Fi WiFi
    Avg Div Dlrs Net Nil Oper Qtly Qtr Rev Revs Shr Vol Yr
    AVG DIV DIVIDEND NET NIL OPER QTLY QTR REVS SHR VOL YR
""")

# People's Daily is one name, Pyongyang's Organization and Guidance Department two.
GENERIC_OWNERS = word_list("""
    People Children Women Men Workers King Queen Prince Saint Mother Veterans World Sheriff
    Prosecutor Coroner Speaker
""")

# Small words that a family name starts with.
PARTICLES = word_list("""
    al bin da de del della der di du el ibn la le ter ul van von
""")
