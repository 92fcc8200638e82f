import io
from tests.checkins.history.diary import FILES
def test_smoke(app,cast,browser):
    ada=browser(cast.ada)
    page=ada.get(f"/patients/{cast.ada.own_id}/history")
    print(page.text)
    page=page.form("Go on").submit(file=(io.BytesIO((FILES/'momentary.csv').read_bytes()),'C:\\x\\momentary.csv'))
    print(page.url,page.text)
    ch={}
    for i,(n,lo,hi,b) in {3:('Cheerful','1','7','higher'),4:('Down','-3','3','lower')}.items():
        ch|={f'scale-{i}-use':'yes',f'scale-{i}-name':n,f'scale-{i}-minimum':lo,f'scale-{i}-maximum':hi,f'scale-{i}-better':b}
    page=page.form("Check what").submit(ch,time_zone='Europe/Amsterdam')
    print(page.url,page.text)
    page=page.form("Bring in").submit()
    print(page.url,page.text)
    page=page.follow("Take this file back"); print(page.text)
    page=page.form("Take it back").submit(); print(page.url,page.text)
