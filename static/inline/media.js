(function(){'use strict';
var d=document,w=window,N=navigator,P=w.P,$=P.$,show=P.show,each=P.each,T=$('T').dataset,url=w.URL||w.webkitURL,MAX=+T.max,MOST=+T.most;

var mr,tick,asking;
function fallback(){asking=0;$('rmsg').textContent=T.nomic;show($('rec'),0);show($('afile'),1)}
if(w.MediaRecorder&&N.mediaDevices&&N.mediaDevices.getUserMedia){show($('rbox'),1);show($('afile'),0)}
function mime(){var M=MediaRecorder,o={};
 ['ogg;codecs=opus','mp4','webm;codecs=opus','mp4;codecs=mp4a.40.2'].forEach(function(m){m='audio/'+m;if(M.isTypeSupported&&M.isTypeSupported(m))o={mimeType:m,audioBitsPerSecond:24000}});return o}
var rest=$('rt').textContent;
function face(on){$('rec').className='btn '+(on?'on':'rec');if(!on)$('rt').textContent=rest}
P.live=function(){return mr&&mr.state=='recording'};
P.stop=function(){clearInterval(tick);P.live()&&mr.stop()};
P.said=function(){return P.voice||$('voice').files[0]};
$('rec').onclick=function(){
 if(P.live())return P.stop();
 if(asking)return;
 asking=1;$('rt').textContent=T.allow;
 var late=setTimeout(fallback,9000);
 N.mediaDevices.getUserMedia({audio:true}).then(function(s){
  function off(){s.getTracks().forEach(function(t){t.stop()})}
  clearTimeout(late);if(!asking)return off();
  asking=0;var parts=[],t0=Date.now();
  mr=new MediaRecorder(s,mime());
  mr.ondataavailable=function(e){if(e.data&&e.data.size)parts.push(e.data)};
  mr.onstop=function(){off();clearInterval(tick);face(0);P.voice=new Blob(parts,{type:mr.mimeType||'audio/mp4'});
   $('aud').src=url.createObjectURL(P.voice);show($('rout'),1);show($('rec'),0);$('rmsg').textContent=T.heard;P.got(1)};
  mr.start(1000);face(1);tick=setInterval(beat,500);beat();
  function beat(){var n=Math.round((Date.now()-t0)/1000);$('rt').textContent=T.listen.replace('#',n+'/'+MAX);if(n>=MAX)P.stop()}
 }).catch(function(){clearTimeout(late);face(0);fallback()})};
$('redo').onclick=function(){P.voice=0;show($('rout'),0);show($('rec'),1);$('rmsg').textContent='';$('rec').focus()};

P.pics=[];
function shrink(f){return new Promise(function(ok){
 var u=url.createObjectURL(f),i=new Image;
 i.onerror=function(){ok(f)};
 i.onload=function(){var k=Math.min(1,1600/Math.max(i.width,i.height)),c=d.createElement('canvas');c.width=i.width*k;c.height=i.height*k;
  c.getContext('2d').drawImage(i,0,0,c.width,c.height);url.revokeObjectURL(u);
  c.toBlob?c.toBlob(function(b){ok(b||f)},'image/jpeg',.72):ok(f)};
 i.src=u})}
function draw(){var u=$('ph');u.textContent='';
 P.pics.forEach(function(p,n){var l=d.createElement('li'),i=new Image,b=d.createElement('button'),t=T.pic.replace('#',n+1);
  i.src=url.createObjectURL(p);i.alt=t;b.type='button';b.textContent='×';b.setAttribute('aria-label',T.del+t);
  b.onclick=function(){P.pics.splice(n,1);draw();$('b2').focus()};l.appendChild(i);l.appendChild(b);u.appendChild(l)});
 show($('pbtn'),P.pics.length<MOST)}
function pick(){var l=[].slice.call(this.files,0,MOST-P.pics.length);this.value='';
 Promise.all(l.map(shrink)).then(function(a){P.pics=P.pics.concat(a).slice(0,MOST);draw();P.got()})}
$('p1').onchange=$('p2').onchange=pick;
$('b1').onclick=function(){$('p1').click()};$('b2').onclick=function(){$('p2').click()};

P.mark=function(m,ids){
 each('#f .err',function(e){show(e,0)});each('#f .bad',function(e){e.classList.remove('bad')});
 var s=$('sum'),k;s.textContent='';
 for(k in m)line(k,m[k]);
 function line(k,t){var n=P.card[k]||k,e=$('e-'+n),c=$('c-'+n),go=$(ids[k]||k),a=d.createElement(go?'a':'p');
  if(e){e.textContent=t;show(e,1)}if(c)c.classList.add('bad');
  a.textContent=t;if(go){a.href='#'+go.id;a.onclick=function(v){v.preventDefault();go.focus()}}s.appendChild(a)}
 if(k){var h=d.createElement('p');h.textContent=T.sum;s.insertBefore(h,s.firstChild)}
 show(s,k);return!k};
})();
